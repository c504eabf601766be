/** What a person may ask of us: everything we have about them, or to be forgotten. */
import { Alert, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { erasure, me } from '../api/queries';
import type { Customer } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { download } from '../shared/download';
import { FormModal } from '../shared/FormModal';
import { withLaterTexts } from '../shared/i18n';
import { Loaded, Loading } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';

const Counts = lazy(async () => {
  const { Counts: component } = await withLaterTexts(import('../privacy/Counts'));
  return { default: component };
});

export function Rights({ found }: { found: Customer }) {
  const { t } = useTranslation(['customers', 'common']);
  const { data: somebody } = useQuery(me);
  const [erasing, setErasing] = useState(false);
  const why = (permission: 'customers:export' | 'customers:erase') =>
    may(somebody, permission) ? undefined : t('common:noPermission');
  return (
    <Card withBorder component="section" aria-labelledby="rights">
      <Group gap={4} mb={4}>
        <Title order={2} size="h4" id="rights">
          {t('rights')}
        </Title>
        <Term name="erasure" />
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {t('rightsAbout')}
      </Text>
      <Group>
        <ActionButton
          variant="default"
          why={why('customers:export')}
          onClick={() => void download(`/api/v1/customers/${found.id}/export`)}
        >
          {t('takeOut')}
        </ActionButton>
        <ActionButton variant="default" why={why('customers:erase')} onClick={() => setErasing(true)}>
          {t('erase')}
        </ActionButton>
      </Group>
      {erasing && <Erase found={found} onClose={() => setErasing(false)} />}
    </Card>
  );
}

/** First it is counted what would go; then somebody has to write the word, because nothing comes back. */
function Erase({ found, onClose }: { found: Customer; onClose: () => void }) {
  const { t } = useTranslation(['customers', 'common']);
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const params = { path: { customer_id: found.id } };
  const asked = useQuery({
    queryKey: ['customers', found.id, 'dry-erasure'],
    queryFn: () =>
      unwrap(api.POST('/api/v1/customers/{customer_id}/erasures', { params, body: { dry_run: true } })),
    staleTime: Infinity,
    gcTime: 0,
  });
  const counted = useQuery({
    ...erasure(asked.data?.id ?? ''),
    enabled: asked.data !== undefined,
    refetchInterval: ({ state }) => (state.data?.status === 'completed' ? false : 700),
  });
  const write = useWrite({
    run: () => unwrap(api.POST('/api/v1/customers/{customer_id}/erasures', { params, body: {} })),
    changes: ['erasures'],
    done: () => t('eraseBegun'),
    onDone: () => void navigate({ to: '/customers', replace: true }),
  });
  const word = t('eraseWord');
  return (
    <FormModal
      title={t('eraseTitle')}
      yes={t('erase')}
      danger
      why={typed.trim().toLowerCase() === word.toLowerCase() ? undefined : t('why.eraseWord', { word })}
      loading={write.isPending}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        write.mutate(undefined);
      }}
    >
      <Alert color="red">{t('eraseBody')}</Alert>
      <div role="status">
        <Text fw={600}>{t('eraseCounts')}</Text>
        <Loaded query={asked.error ? asked : counted} rows={2}>
          {(state) =>
            'counts' in state && state.status === 'completed' ? (
              <Suspense fallback={<Loading rows={2} />}>
                <Counts counts={state.counts} />
              </Suspense>
            ) : (
              <Loading rows={2} />
            )
          }
        </Loaded>
      </div>
      <Stack gap={4}>
        <TextInput
          label={t('eraseType', { word })}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Stack>
    </FormModal>
  );
}
