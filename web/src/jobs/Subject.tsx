/** What a piece of background work is about, with a way there. */
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import type { Job } from '../api/types';

export function Subject({ job }: { job: Job }) {
  const { t } = useTranslation(['health', 'common']);
  const word = job.message_id
    ? 'message'
    : job.campaign_id
      ? 'campaign'
      : job.import_id
        ? 'import'
        : job.webhook_event_ids
          ? 'webhooks'
          : 'other';
  const text = t(`about.${word}`, { count: job.webhook_event_ids?.length ?? 1 });
  if (job.campaign_id)
    return (
      <Anchor
        component={Link}
        to="/campaigns/$campaignId"
        params={{ campaignId: job.campaign_id } as never}
        fw={600}
      >
        {text}
      </Anchor>
    );
  if (job.import_id)
    return (
      <Anchor
        component={Link}
        to="/customers/import/$importId"
        params={{ importId: job.import_id } as never}
        fw={600}
      >
        {text}
      </Anchor>
    );
  return <Text fw={600}>{text}</Text>;
}
