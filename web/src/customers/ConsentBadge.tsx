/** Where a person stands about marketing, in a word. */
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { ConsentState } from '../api/types';

const colors: Record<ConsentState, string> = {
  unasked: 'gray',
  pending: 'yellow',
  opted_in: 'teal',
  opted_out: 'red',
};

export function ConsentBadge({ state }: { state: ConsentState }) {
  const { t } = useTranslation(['customers', 'common']);
  return (
    <Badge
      color={colors[state] ?? 'gray'}
      variant="outline"
      style={{ color: 'var(--mantine-color-text)', flexShrink: 0 }}
    >
      {t(`consent.${state}`, { defaultValue: state })}
    </Badge>
  );
}
