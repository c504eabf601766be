/** One event on its way: what is posted, what the receiver last said, and posting it again. */
import { Code, Modal, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { delivery } from '../api/queries';
import type { Delivery, Subscription } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { Facts } from '../shared/Facts';
import { moment, number } from '../shared/format';
import { Loaded } from '../shared/states';
import { useWrite } from '../shared/write';
import { DeliveryBadge } from './badges';

interface Props {
  subscription: Subscription;
  eventId: string;
  why?: string;
  onClose: () => void;
}

export function DeliveryModal({ subscription, eventId, why, onClose }: Props) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const query = useQuery({
    ...delivery(subscription.id, eventId),
    refetchInterval: ({ state }) =>
      state.data && state.data.state !== 'delivered' && state.data.state !== 'failed' ? 2_000 : false,
  });
  const replay = useWrite({
    run: () =>
      unwrap(
        api.POST('/api/v1/subscriptions/{subscription_id}/deliveries/{event_id}/replay', {
          params: { path: { subscription_id: subscription.id, event_id: eventId } },
        }),
      ),
    changes: ['subscriptions'],
    done: () => t('replayed', { count: 1 }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('oneDelivery')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <Loaded query={query}>
        {(found) => (
          <Stack align="flex-start">
            <Said found={found} />
            <ActionButton
              why={why ?? (subscription.enabled ? undefined : t('why.off'))}
              loading={replay.isPending}
              onClick={() => replay.mutate(undefined)}
            >
              {t('replay')}
            </ActionButton>
          </Stack>
        )}
      </Loaded>
    </Modal>
  );
}

function Said({ found }: { found: Delivery }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  return (
    <>
      <Facts
        columns={2}
        facts={[
          [t('column.what'), t(`event.${found.type}`, { defaultValue: found.type })],
          [t('column.stands'), <DeliveryBadge key="state" state={found.state} />],
          [t('column.when'), moment(found.created_at)],
          [t('lastTry'), found.last_attempt_at && moment(found.last_attempt_at)],
          [t('triesSoFar'), number(found.attempts)],
          [t('next'), found.next_attempt_at && moment(found.next_attempt_at)],
          [
            t('column.answer'),
            found.error ?? (found.response_status && t('status', { code: found.response_status })),
          ],
          [t('took'), found.duration_ms !== undefined && t('milliseconds', { count: found.duration_ms })],
        ]}
      />
      {found.response_body && <Block title={t('body')} text={found.response_body} />}
      {found.payload && <Block title={t('payload')} text={JSON.stringify(found.payload, null, 2)} />}
      <Text size="xs" c="dimmed" ff="monospace">
        {found.event_id}
      </Text>
    </>
  );
}

function Block({ title, text }: { title: string; text: string }) {
  return (
    <div style={{ width: '100%' }}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Code
        block
        tabIndex={0}
        aria-label={title}
        role="region"
        mah={260}
        style={{ overflow: 'auto' }}
        dir="ltr"
      >
        {text}
      </Code>
    </div>
  );
}
