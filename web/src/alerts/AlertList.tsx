/** What happened to accounts, numbers and templates that people should know; open until somebody has seen it. */
import { Badge, Card, Code, Group, SegmentedControl, Spoiler, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { alerts, me } from '../api/queries';
import type { Alert } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { useWrite } from '../shared/write';

const colors: Record<string, string> = { critical: 'red', warning: 'yellow', info: 'blue' };

export function AlertList() {
  const { t } = useTranslation(['health', 'common']);
  const [which, setWhich] = useState<'open' | 'all'>('open');
  const query = useInfiniteQuery(alerts(which === 'open' ? false : undefined));
  return (
    <Stack>
      <SegmentedControl
        aria-label={t('alertsWhich')}
        data={(['open', 'all'] as const).map((value) => ({ value, label: t(`alerts.${value}`) }))}
        value={which}
        onChange={(value) => setWhich(value as typeof which)}
        style={{ alignSelf: 'start' }}
      />
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('noAlerts')}>{t('noAlertsBody')}</Empty>;
          return (
            <>
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((one) => (
                  <Row key={one.id} alert={one} />
                ))}
              </Stack>
              <More count={items.length} {...query} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Row({ alert }: { alert: Alert }) {
  const { t } = useTranslation(['health', 'dashboard', 'common']);
  const { data: somebody } = useQuery(me);
  const acknowledge = useWrite({
    run: () =>
      unwrap(api.POST('/api/v1/alerts/{alert_id}/acknowledge', { params: { path: { alert_id: alert.id } } })),
    changes: ['alerts'],
    done: () => t('acknowledged'),
  });
  const why = !may(somebody, 'senders:write')
    ? t('common:noPermission')
    : alert.acknowledged_at
      ? t('why.seen', { at: moment(alert.acknowledged_at) })
      : undefined;
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0, flex: 1 }}>
          <Badge
            variant="outline"
            color={colors[alert.severity] ?? 'gray'}
            style={{ color: 'var(--mantine-color-text)' }}
          >
            {t(`dashboard:severity.${alert.severity}`, { defaultValue: alert.severity })}
          </Badge>
          <Text>{alert.message}</Text>
          <Text size="sm" c="dimmed">
            {t('seenTimes', { count: alert.times, at: moment(alert.last_seen_at) })}
          </Text>
          {Object.keys(alert.details).length > 0 && (
            <Spoiler maxHeight={0} showLabel={t('details')} hideLabel={t('detailsLess')}>
              <Code block tabIndex={0} role="region" aria-label={t('details')} dir="ltr">
                {JSON.stringify(alert.details, null, 2)}
              </Code>
            </Spoiler>
          )}
        </div>
        <ActionButton
          size="xs"
          variant="default"
          why={why}
          style={{ flexShrink: 0 }}
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate(undefined)}
        >
          {t('dashboard:seen')}
        </ActionButton>
      </Group>
    </Card>
  );
}
