/** Today's numbers, added up from campaigns: the API has no count over all messages of a day. */
import type { Campaign, CampaignStats } from '../api/types';

/** Whether a campaign was launched on the day of `now`, by the reader's clock. */
export function launchedToday(campaign: Pick<Campaign, 'launched_at'>, now: Date): boolean {
  if (!campaign.launched_at) return false;
  return new Date(campaign.launched_at).toDateString() === now.toDateString();
}

export interface Sums {
  total: number;
  sent: number;
  delivered: number;
  read: number;
  responded: number;
  failed: number;
}

export function addUp(stats: Pick<CampaignStats, 'funnel'>[]): Sums {
  const sums: Sums = { total: 0, sent: 0, delivered: 0, read: 0, responded: 0, failed: 0 };
  for (const { funnel } of stats)
    for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] += funnel[key];
  return sums;
}
