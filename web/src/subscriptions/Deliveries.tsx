/** What became of every event on its way to one subscription; what failed can be posted again. */
import { Button, Card, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { deliveries, eventTypes, me } from '../api/queries';
import type { Delivery, DeliveryState, EventType, Subscription } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment, number } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { WideTable } from '../shared/WideTable';
import { DeliveryBadge } from './badges';
import { DeliveryModal } from './DeliveryModal';
import { ReplayFailed } from './ReplayFailed';

const states: DeliveryState[] = ['pending', 'sending', 'delivered', 'failed'];

export function Deliveries({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const { data: somebody } = useQuery(me);
  const { data: types } = useQuery(eventTypes);
  const [state, setState] = useState<DeliveryState | null>(null);
  const [type, setType] = useState<EventType | null>(null);
  const [open, setOpen] = useState<string>();
  const [replaying, setReplaying] = useState(false);
  const query = useInfiniteQuery({
    ...deliveries(subscription.id, { state: state ?? undefined, type: type ?? undefined }),
    // What is under way is looked at again until it is over.
    refetchInterval: ({ state: held }) =>
      held.data?.pages.some((page) =>
        page.items.some((one) => one.state !== 'delivered' && one.state !== 'failed'),
      )
        ? 3_000
        : false,
  });
  const why = may(somebody, 'subscriptions:write') ? undefined : t('common:noPermission');
  return (
    <Card withBorder component="section" aria-labelledby="deliveries">
      <Group justify="space-between" align="flex-end" mb="sm">
        <Group gap={4}>
          <Title order={2} size="h4" id="deliveries">
            {t('deliveries')}
          </Title>
          <Term name="delivery" />
        </Group>
        <Group align="flex-end" gap="xs">
          <Select
            label={t('filterState')}
            data={states.map((value) => ({ value, label: t(`state.${value}`) }))}
            value={state}
            placeholder={t('common:any')}
            clearable
            clearButtonProps={{ 'aria-label': t('common:clear') }}
            onChange={(value) => setState(value as DeliveryState | null)}
          />
          <Select
            label={t('filterType')}
            data={types?.items.map(({ type: value }) => ({
              value,
              label: t(`event.${value}`, { defaultValue: value }),
            }))}
            value={type}
            placeholder={t('common:any')}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': t('common:clear') }}
            onChange={(value) => setType(value as EventType | null)}
          />
          <ActionButton
            variant="default"
            why={why ?? (subscription.enabled ? undefined : t('why.off'))}
            onClick={() => setReplaying(true)}
          >
            {t('replayFailed')}
          </ActionButton>
        </Group>
      </Group>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0)
            return (
              <Empty title={t(state || type ? 'noneSuch' : 'noDeliveries')}>
                {!state && !type && t('noDeliveriesBody')}
              </Empty>
            );
          return (
            <Stack gap="xs">
              <Rows items={items} onOpen={setOpen} />
              <More count={items.length} {...query} />
            </Stack>
          );
        }}
      </Loaded>
      {open && (
        <DeliveryModal
          subscription={subscription}
          eventId={open}
          why={why}
          onClose={() => setOpen(undefined)}
        />
      )}
      {replaying && <ReplayFailed id={subscription.id} onClose={() => setReplaying(false)} />}
    </Card>
  );
}

function Rows({ items, onOpen }: { items: Delivery[]; onOpen: (eventId: string) => void }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  return (
    <WideTable label={t('deliveries')} minWidth={620}>
      <Table.Thead>
        <Table.Tr>
          {(['what', 'when', 'stands', 'answer', 'more'] as const).map((name) => (
            <Table.Th key={name}>{t(`column.${name}`)}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((one) => (
          <Table.Tr key={one.event_id}>
            <Table.Td>{t(`event.${one.type}`, { defaultValue: one.type })}</Table.Td>
            <Table.Td>{moment(one.created_at)}</Table.Td>
            <Table.Td>
              <DeliveryBadge state={one.state} />
              {one.state === 'pending' && one.next_attempt_at && (
                <Text size="xs">{t('nextTry', { at: moment(one.next_attempt_at) })}</Text>
              )}
            </Table.Td>
            <Table.Td>
              <Text size="sm" lineClamp={2}>
                {one.error ?? (one.response_status ? t('status', { code: one.response_status }) : '–')}
              </Text>
              <Text size="xs" c="dimmed">
                {t('tries', { count: one.attempts, shown: number(one.attempts) })}
              </Text>
            </Table.Td>
            <Table.Td>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t('lookAt', {
                  what: t(`event.${one.type}`, { defaultValue: one.type }),
                  at: moment(one.created_at),
                })}
                onClick={() => onOpen(one.event_id)}
              >
                {t('look')}
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
