/** A retention policy as a form holds it, and back. An empty field keeps for ever. */
import type { Retention } from '../api/types';

export const kinds = ['content_months', 'recipients_months', 'media_months', 'webhooks_months'] as const;

export type RetentionValues = Record<(typeof kinds)[number], number | ''>;

export function toValues(policy: Retention): RetentionValues {
  return {
    content_months: policy.content_months ?? '',
    recipients_months: policy.recipients_months ?? '',
    media_months: policy.media_months ?? '',
    webhooks_months: policy.webhooks_months ?? '',
  };
}

export function toPolicy(values: RetentionValues): Retention {
  return Object.fromEntries(kinds.filter((kind) => values[kind] !== '').map((kind) => [kind, values[kind]]));
}
