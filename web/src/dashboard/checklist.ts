/** The first steps of an organization. What is done is seen in the API, so nothing has to be remembered here. */

export interface Found {
  senders: number;
  customers: number;
  approvedTemplates: number;
  launchedCampaigns: number;
}

export const steps = ['sender', 'customers', 'template', 'campaign'] as const;
export type Step = (typeof steps)[number];

export function doneSteps(found: Found): Record<Step, boolean> {
  return {
    sender: found.senders > 0,
    customers: found.customers > 0,
    template: found.approvedTemplates > 0,
    campaign: found.launchedCampaigns > 0,
  };
}

/** The first one that is not done; nothing when all are. */
export function nextStep(found: Found): Step | undefined {
  const done = doneSteps(found);
  return steps.find((step) => !done[step]);
}
