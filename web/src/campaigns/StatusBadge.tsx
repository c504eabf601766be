/** Where a campaign stands, in a word. The colour repeats what the word says, never more. */
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { CampaignStatus } from '../api/types';

const colors: Record<CampaignStatus, string> = {
  draft: 'gray',
  scheduled: 'indigo',
  preparing: 'blue',
  running: 'blue',
  paused: 'yellow',
  settling: 'cyan',
  completed: 'teal',
  cancelled: 'gray',
  failed: 'red',
};

export function StatusBadge({ status }: { status: CampaignStatus }) {
  const { t } = useTranslation(['campaigns', 'common']);
  return (
    <Badge
      color={colors[status] ?? 'gray'}
      variant="outline"
      style={{ color: 'var(--mantine-color-text)', flexShrink: 0 }}
    >
      {t(`status.${status}`, { defaultValue: status })}
    </Badge>
  );
}
