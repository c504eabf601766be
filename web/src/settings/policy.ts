/** The sending policy as a form holds it, and back. `PUT` replaces all of it, so everything the API has is here. */
import { z } from '../shared/schema';

import type { SendingPolicy } from '../api/types';

export interface PolicyValues {
  hours: boolean;
  from: string;
  until: string;
  weekends: boolean;
  time_zone: string;
  capped: boolean;
  messages: number | '';
  days: number | '';
  over: 'skip' | 'wait';
  blocked_countries: string[];
  us_marketing: boolean;
  hold_while_red: boolean;
}

export function toValues(policy: SendingPolicy): PolicyValues {
  const { marketing_hours: hours, frequency } = policy;
  return {
    hours: hours !== undefined,
    from: hours?.from ?? '09:00',
    until: hours?.until ?? '21:00',
    weekends: hours?.weekends ?? true,
    time_zone: policy.time_zone ?? 'UTC',
    capped: frequency !== undefined,
    messages: frequency?.messages ?? 2,
    days: frequency?.days ?? 7,
    over: frequency?.over ?? 'skip',
    blocked_countries: policy.blocked_countries ?? [],
    us_marketing: policy.us_marketing ?? false,
    hold_while_red: policy.hold_while_red ?? true,
  };
}

export function toPolicy(values: PolicyValues): SendingPolicy {
  return {
    ...(values.hours && {
      marketing_hours: { from: values.from, until: values.until, weekends: values.weekends },
    }),
    time_zone: values.time_zone,
    ...(values.capped && {
      frequency: { messages: Number(values.messages), days: Number(values.days), over: values.over },
    }),
    blocked_countries: values.blocked_countries,
    us_marketing: values.us_marketing,
    hold_while_red: values.hold_while_red,
  };
}

/** Where the API's names stand in the form. */
export const renames = {
  'marketing_hours.from': 'from',
  'marketing_hours.until': 'until',
  marketing_hours: 'from',
  'frequency.messages': 'messages',
  'frequency.days': 'days',
  frequency: 'messages',
};

export const schema = z
  .object({
    hours: z.boolean(),
    from: z.string(),
    until: z.string(),
    capped: z.boolean(),
    messages: z.union([z.number(), z.literal('')]),
    days: z.union([z.number(), z.literal('')]),
  })
  .superRefine((values, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (values.hours && !values.from) wrong('from', 'timeNeeded');
    if (values.hours && !values.until) wrong('until', 'timeNeeded');
    if (values.capped && values.messages === '') wrong('messages', 'numberNeeded');
    if (values.capped && values.days === '') wrong('days', 'numberNeeded');
  });
