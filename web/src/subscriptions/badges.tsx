/** Whether a subscription is posted to, and how far one event got. */
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { DeliveryState, Subscription } from '../api/types';

export function EnabledBadge({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const { enabled, failing_since } = subscription;
  const word = !enabled ? 'off' : failing_since ? 'failing' : 'on';
  const color = { on: 'teal', failing: 'yellow', off: 'gray' }[word];
  return (
    <Badge color={color} variant="outline" style={{ color: 'var(--mantine-color-text)', flexShrink: 0 }}>
      {t(`enabled.${word}`)}
    </Badge>
  );
}

const colors: Record<DeliveryState, string> = {
  pending: 'yellow',
  sending: 'blue',
  delivered: 'teal',
  failed: 'red',
};

export function DeliveryBadge({ state }: { state: DeliveryState }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  return (
    <Badge color={colors[state] ?? 'gray'} variant="outline" style={{ color: 'var(--mantine-color-text)' }}>
      {t(`state.${state}`, { defaultValue: state })}
    </Badge>
  );
}
