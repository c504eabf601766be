/** All templates of all accounts, and asking WhatsApp for them anew. */
import { Alert, Anchor, Badge, Card, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me, senders, templates, templateSyncs } from '../api/queries';
import type { Template } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment, number } from '../shared/format';
import { Page } from '../shared/Page';
import { Empty, Loaded } from '../shared/states';
import { useWrite } from '../shared/write';
import { QualityBadge, TemplateBadge } from './badges';

const statuses: Template['status'][] = [
  'approved',
  'pending',
  'rejected',
  'paused',
  'disabled',
  'submitting',
  'refused',
];

export default function TemplatesPage() {
  const { t } = useTranslation(['templates', 'common']);
  const [status, setStatus] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim().toLowerCase(), 150);
  const query = useQuery(templates);
  return (
    <Page
      title={t('title')}
      about={t('about')}
      actions={
        <>
          <SyncButton />
          <CreateButton />
        </>
      }
    >
      <SyncState />
      <Group align="flex-end">
        <TextInput
          label={t('search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Select
          label={t('filter')}
          data={statuses.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={status}
          onChange={setStatus}
          placeholder={t('common:any')}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
        />
      </Group>
      <Loaded query={query}>
        {({ items, next_cursor }) => {
          const shown = items.filter(
            (one) =>
              (!status || one.status === status) &&
              (!search || one.name.includes(search) || one.body.toLowerCase().includes(search)),
          );
          if (items.length === 0) return <Empty title={t('none')}>{t('noneBody')}</Empty>;
          if (shown.length === 0) return <Empty title={t('noneSuch')} />;
          return (
            <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
              {shown.map((one) => (
                <Row key={one.id} template={one} />
              ))}
              {next_cursor && (
                <Text component="li" size="sm">
                  {t('more', { count: items.length })}
                </Text>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Row({ template }: { template: Template }) {
  const { t } = useTranslation(['templates', 'common']);
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Anchor
            component={Link}
            to="/templates/$templateId"
            params={{ templateId: template.id } as never}
            fw={600}
            style={{ overflowWrap: 'anywhere' }}
          >
            {template.name}
          </Anchor>{' '}
          <Text span size="sm" c="dimmed">
            {template.language}
          </Text>
          <Text size="sm" lineClamp={2}>
            {template.body}
          </Text>
        </div>
        <Group gap="xs" justify="flex-end" style={{ flexShrink: 0 }}>
          <Badge
            variant="outline"
            color="gray"
            style={{ color: 'var(--mantine-color-text)' }}
            visibleFrom="sm"
          >
            {t(`category.${template.category}`, { defaultValue: template.category })}
          </Badge>
          <QualityBadge quality={template.quality} />
          <TemplateBadge status={template.status} />
        </Group>
      </Group>
    </Card>
  );
}

function CreateButton() {
  const { t } = useTranslation(['templates', 'common']);
  const { data: somebody } = useQuery(me);
  const navigate = useNavigate();
  return (
    <ActionButton
      why={may(somebody, 'templates:write') ? undefined : t('common:noPermission')}
      onClick={() => void navigate({ to: '/templates/new' })}
    >
      {t('create')}
    </ActionButton>
  );
}

function SyncButton() {
  const { t } = useTranslation(['templates', 'common']);
  const { data: somebody } = useQuery(me);
  const { data: numbers } = useQuery(senders);
  const sync = useWrite({
    run: () => unwrap(api.POST('/api/v1/templates/sync', { body: {} })),
    changes: ['templates'],
    done: () => t('syncing'),
  });
  const why = !may(somebody, 'templates:write')
    ? t('common:noPermission')
    : numbers?.items.length === 0
      ? t('noSender')
      : undefined;
  return (
    <ActionButton variant="default" why={why} loading={sync.isPending} onClick={() => sync.mutate(undefined)}>
      {t('sync')}
    </ActionButton>
  );
}

/** How far the synchronisation is. It is looked at again while one is under way, and the list once it is over. */
function SyncState() {
  const { t } = useTranslation(['templates', 'common']);
  const { data } = useQuery({
    ...templateSyncs,
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.status === 'queued' || one.status === 'running') ? 1_500 : false,
  });
  const done = data?.items.map((one) => one.finished_at).join();
  const client = useQueryClient();
  useEffect(() => {
    if (done) void client.invalidateQueries({ queryKey: templates.queryKey, exact: true });
  }, [client, done]);
  return (
    <Stack gap="xs" aria-live="polite">
      {data?.items.map((one) =>
        one.status === 'failed' ? (
          <Alert key={one.id} color="red" title={t('syncFailed', { account: one.waba_id })}>
            {one.error}
          </Alert>
        ) : (
          <Text key={one.id} size="sm" c="dimmed">
            {one.status === 'done'
              ? t('synced', { account: one.waba_id, at: moment(one.finished_at), found: number(one.found) })
              : t('syncRunning', { account: one.waba_id, found: number(one.found) })}
          </Text>
        ),
      )}
    </Stack>
  );
}
