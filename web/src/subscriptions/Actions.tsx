/** What can be done with a subscription: try it, stop and start it, change it, give it a new secret, remove it. */
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me } from '../api/queries';
import type { Subscription } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { confirm } from '../shared/confirm';
import { FormModal } from '../shared/FormModal';
import { useWrite } from '../shared/write';
import { SubscriptionForm } from './SubscriptionForm';

interface Props {
  subscription: Subscription;
  onSecret: (secret: string) => void;
}

export function Actions({ subscription, onSecret }: Props) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const { data: somebody } = useQuery(me);
  const navigate = useNavigate();
  const [open, setOpen] = useState<'change' | 'rotate'>();
  const why = may(somebody, 'subscriptions:write') ? undefined : t('common:noPermission');
  const params = { path: { subscription_id: subscription.id } };
  const { enabled } = subscription;

  const test = useWrite({
    run: () => unwrap(api.POST('/api/v1/subscriptions/{subscription_id}/test', { params })),
    changes: ['subscriptions'],
    done: () => t('tested'),
  });
  const turn = useWrite({
    run: (on: boolean) =>
      unwrap(api.PATCH('/api/v1/subscriptions/{subscription_id}', { params, body: { enabled: on } })),
    changes: ['subscriptions'],
    done: (_, on) => t(on ? 'resumed' : 'paused'),
  });
  const remove = useWrite({
    run: () => unwrap(api.DELETE('/api/v1/subscriptions/{subscription_id}', { params })),
    changes: [],
    done: () => t('removed'),
    onDone: () => void navigate({ to: '/settings/subscriptions' }),
  });

  return (
    <>
      <ActionButton
        size="sm"
        why={why ?? (enabled ? undefined : t('why.off'))}
        loading={test.isPending}
        onClick={() => test.mutate(undefined)}
      >
        {t('test')}
      </ActionButton>
      <ActionButton
        size="sm"
        variant="default"
        why={why}
        loading={turn.isPending}
        onClick={() =>
          confirm({
            title: t(enabled ? 'ask.pause' : 'ask.resume'),
            body: t(enabled ? 'ask.pauseBody' : 'ask.resumeBody'),
            yes: t(enabled ? 'pause' : 'resume'),
            onYes: () => turn.mutate(!enabled),
          })
        }
      >
        {t(enabled ? 'pause' : 'resume')}
      </ActionButton>
      <ActionButton size="sm" variant="default" why={why} onClick={() => setOpen('change')}>
        {t('change')}
      </ActionButton>
      <ActionButton size="sm" variant="default" why={why} onClick={() => setOpen('rotate')}>
        {t('rotate')}
      </ActionButton>
      <ActionButton
        size="sm"
        variant="default"
        why={why}
        loading={remove.isPending}
        onClick={() =>
          confirm({
            title: t('ask.remove'),
            body: t('ask.removeBody'),
            yes: t('remove'),
            danger: true,
            onYes: () => remove.mutate(undefined),
          })
        }
      >
        {t('remove')}
      </ActionButton>
      {open === 'change' && (
        <SubscriptionForm subscription={subscription} onClose={() => setOpen(undefined)} />
      )}
      {open === 'rotate' && (
        <Rotate id={subscription.id} onClose={() => setOpen(undefined)} onSecret={onSecret} />
      )}
    </>
  );
}

function Rotate({ id, onClose, onSecret }: { id: string; onClose: () => void; onSecret: Props['onSecret'] }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const [hours, setHours] = useState('24');
  const rotate = useWrite({
    run: () =>
      unwrap(
        api.POST('/api/v1/subscriptions/{subscription_id}/rotate-secret', {
          params: { path: { subscription_id: id } },
          body: { overlap_hours: Number(hours) },
        }),
      ),
    changes: ['subscriptions'],
    onDone: ({ secret }) => {
      onSecret(secret);
      onClose();
    },
  });
  return (
    <FormModal
      title={t('rotate')}
      loading={rotate.isPending}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        rotate.mutate(undefined);
      }}
    >
      <Select
        label={t('overlap')}
        description={t('overlapHelp')}
        data={['0', '24', '72', '168'].map((value) => ({
          value,
          label: value === '0' ? t('overlapNone') : t('overlapHours', { count: Number(value) }),
        }))}
        value={hours}
        allowDeselect={false}
        onChange={(value) => setHours(value ?? '24')}
      />
    </FormModal>
  );
}
