/** A campaign on a day: when, which, and what it does then. The colour repeats the word. */
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { time } from '../../shared/format';
import type { Entry } from './month';

const colors = {
  scheduled: 'indigo',
  preparing: 'blue',
  running: 'blue',
  paused: 'yellow',
  settling: 'cyan',
  completed: 'teal',
  cancelled: 'gray',
  failed: 'red',
  draft: 'gray',
};

export function CampaignLink({ entry: { campaign, kind, at } }: { entry: Entry }) {
  const { t } = useTranslation(['calendar', 'campaigns', 'common']);
  const word =
    kind === 'repeat'
      ? t('repeats')
      : kind === 'going'
        ? t('stillGoing')
        : t(`campaigns:status.${campaign.status}`, { defaultValue: campaign.status });
  return (
    <div
      style={{
        borderInlineStart: `3px solid var(--mantine-color-${colors[campaign.status] ?? 'gray'}-6)`,
        paddingInlineStart: 6,
        marginBlock: 4,
        minWidth: 0,
      }}
    >
      <Anchor
        component={Link}
        to="/campaigns/$campaignId"
        params={{ campaignId: campaign.id } as never}
        size="sm"
        lineClamp={2}
        style={{ overflowWrap: 'anywhere' }}
      >
        {campaign.name}
      </Anchor>
      <Text size="xs" c="dimmed">
        {kind === 'going' ? word : `${time(at)} · ${word}`}
      </Text>
    </div>
  );
}
