/** API keys: who made which, what they may do, and making, replacing and ending them. A key's text is shown once. */
import {
  Alert,
  Badge,
  Button,
  Card,
  Code,
  Group,
  Modal,
  MultiSelect,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { apiKeys, me } from '../api/queries';
import type { ApiKey, Permission } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { confirm } from '../shared/confirm';
import { isPast, moment } from '../shared/format';
import { showProblem } from '../shared/forms';
import { Page } from '../shared/Page';
import { ShownOnce } from '../shared/ShownOnce';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';

export default function KeysPage() {
  const { t } = useTranslation(['settings', 'common']);
  const query = useQuery(apiKeys);
  const { data: somebody } = useQuery(me);
  const [making, { open, close }] = useDisclosure(false);
  const [fresh, setFresh] = useState<string>();
  const why = may(somebody, 'keys:write') ? undefined : t('common:noPermission');
  return (
    <Page
      title={t('keys.title')}
      about={
        <>
          {t('keys.about')} <Term name="apiKey" />
        </>
      }
      actions={
        <ActionButton why={why} onClick={open}>
          {t('keys.make')}
        </ActionButton>
      }
    >
      {fresh && (
        <ShownOnce title={t('keys.once')} text={fresh} testId="new-key" onSeen={() => setFresh(undefined)} />
      )}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('keys.none')}>{t('keys.noneBody')}</Empty>
          ) : (
            <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
              {items.map((key) => (
                <Row key={key.id} item={key} why={why} onFresh={setFresh} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {making && <MakeForm mine={somebody?.permissions ?? []} onClose={close} onFresh={setFresh} />}
    </Page>
  );
}

function Row({ item, why, onFresh }: { item: ApiKey; why?: string; onFresh: (text: string) => void }) {
  const { t } = useTranslation(['settings', 'common']);
  const params = { path: { api_key_id: item.id } };
  const revoke = useWrite({
    run: () => unwrap(api.DELETE('/api/v1/api-keys/{api_key_id}', { params })),
    changes: ['api-keys'],
    done: () => t('keys.revoked', { name: item.name }),
  });
  const rotate = useWrite({
    run: () => unwrap(api.POST('/api/v1/api-keys/{api_key_id}/rotate', { params, body: {} })),
    changes: ['api-keys'],
    onDone: ({ key }) => onFresh(key),
  });
  const over = item.revoked_at !== undefined || (item.expires_at !== undefined && isPast(item.expires_at));
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h5">
              {item.name}
            </Title>
            {over && (
              <Badge variant="outline" color="gray" style={{ color: 'var(--mantine-color-text)' }}>
                {t('keys.over')}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            <Code>{item.hint}…</Code> · {t('keys.scopes', { count: item.scopes.length })} ·{' '}
            {item.last_used_at ? t('keys.used', { at: moment(item.last_used_at) }) : t('keys.unused')}
            {item.expires_at && ` · ${t('keys.ends', { at: moment(item.expires_at) })}`}
          </Text>
        </div>
        {!over && (
          <Group gap="xs">
            <ActionButton
              size="xs"
              variant="default"
              why={why}
              loading={rotate.isPending}
              onClick={() =>
                confirm({
                  title: t('keys.askRotate', { name: item.name }),
                  body: t('keys.askRotateBody'),
                  yes: t('keys.rotate'),
                  onYes: () => rotate.mutate(undefined),
                })
              }
            >
              {t('keys.rotate')}
            </ActionButton>
            <ActionButton
              size="xs"
              variant="default"
              why={why}
              loading={revoke.isPending}
              onClick={() =>
                confirm({
                  title: t('keys.askRevoke', { name: item.name }),
                  body: t('keys.askRevokeBody'),
                  yes: t('keys.revoke'),
                  danger: true,
                  onYes: () => revoke.mutate(undefined),
                })
              }
            >
              {t('keys.revoke')}
            </ActionButton>
          </Group>
        )}
      </Group>
    </Card>
  );
}

interface MakeProps {
  mine: Permission[];
  onClose: () => void;
  onFresh: (text: string) => void;
}

/** Nobody makes a key that may do more than they may, so only that is offered. */
function MakeForm({ mine, onClose, onFresh }: MakeProps) {
  const { t } = useTranslation(['settings', 'common']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { name: '', scopes: [] as Permission[], days: '90' },
    validate: {
      name: (value) => (value.trim() ? null : t('keys.nameNeeded')),
      scopes: (value) => (value.length > 0 ? null : t('keys.scopesNeeded')),
    },
  });
  const write = useWrite({
    run: ({ name, scopes, days }: typeof form.values) =>
      unwrap(
        api.POST('/api/v1/api-keys', {
          body: {
            name: name.trim(),
            scopes,
            expires_at:
              days === 'never' ? undefined : new Date(Date.now() + Number(days) * 86_400_000).toISOString(),
          },
        }),
      ),
    changes: ['api-keys'],
    onDone: ({ key }) => {
      onFresh(key);
      onClose();
    },
    onError: (error) => setSentence(showProblem(form, error, { expires_at: 'days' })),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('keys.make')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form onSubmit={form.onSubmit((values) => write.mutate(values))} noValidate>
        <Stack>
          {sentence && <Alert color="red">{sentence}</Alert>}
          <TextInput
            label={t('keys.name')}
            description={t('keys.nameHelp')}
            required
            {...form.getInputProps('name')}
          />
          <MultiSelect
            label={t('keys.may')}
            description={t('keys.mayHelp')}
            data={mine}
            searchable
            required
            {...form.getInputProps('scopes')}
          />
          <Select
            label={t('keys.until')}
            allowDeselect={false}
            data={[
              { value: '30', label: t('keys.days', { count: 30 }) },
              { value: '90', label: t('keys.days', { count: 90 }) },
              { value: '365', label: t('keys.days', { count: 365 }) },
              { value: 'never', label: t('keys.never') },
            ]}
            {...form.getInputProps('days')}
          />
          <Button type="submit" loading={write.isPending}>
            {t('keys.make')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
