/** The numbers messages leave from: whether they may send, how fast, and how people receive them. */
import { Alert, Badge, Button, Card, Group, Modal, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me, portfolios, senders } from '../api/queries';
import type { Sender } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { confirm } from '../shared/confirm';
import { moment, number } from '../shared/format';
import { showProblem } from '../shared/forms';
import { Page } from '../shared/Page';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';
import { PasswordField } from '../shared/PasswordField';
import { QualityBadge } from '../templates/badges';

export default function SendersPage() {
  const { t } = useTranslation(['senders', 'common']);
  const navigate = useNavigate();
  const query = useQuery(senders);
  const { data: somebody } = useQuery(me);
  const why = may(somebody, 'senders:write') ? undefined : t('common:noPermission');
  return (
    <Page
      title={t('title')}
      about={t('about')}
      actions={
        <ActionButton why={why} onClick={() => void navigate({ to: '/senders/new' })}>
          {t('connect')}
        </ActionButton>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('none')}>{t('noneBody')}</Empty>
          ) : (
            <Stack>
              {items.map((sender) => (
                <SenderCard key={sender.id} sender={sender} why={why} />
              ))}
              <Portfolios />
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function SenderCard({ sender, why }: { sender: Sender; why?: string }) {
  const { t } = useTranslation(['senders', 'common']);
  const [changing, setChanging] = useState(false);
  const resume = useWrite({
    run: () =>
      unwrap(api.POST('/api/v1/senders/{sender_id}/resume', { params: { path: { sender_id: sender.id } } })),
    changes: ['senders', 'campaigns'],
    done: () => t('resumed', { name: sender.name }),
  });
  const paused = sender.status === 'paused';
  const slowed = sender.effective_mps < sender.mps;
  return (
    <Card withBorder component="article" aria-label={`${sender.name} ${sender.phone}`}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h4">
              {sender.name}
            </Title>
            <Badge
              color={paused ? 'red' : 'teal'}
              variant="outline"
              style={{ color: 'var(--mantine-color-text)' }}
            >
              {t(`status.${sender.status}`, { defaultValue: sender.status })}
            </Badge>
            <QualityBadge quality={sender.quality} />
            <Term name="quality" />
          </Group>
          <Text dir="ltr" ta="start">
            {sender.phone}
          </Text>
        </div>
        <Group gap="xs">
          <ActionButton
            size="sm"
            why={why ?? (paused ? undefined : t('notPaused'))}
            loading={resume.isPending}
            onClick={() =>
              confirm({
                title: t('ask.title', { name: sender.name }),
                body: t('ask.body'),
                yes: t('resume'),
                onYes: () => resume.mutate(undefined),
              })
            }
          >
            {t('resume')}
          </ActionButton>
          <ActionButton size="sm" variant="default" why={why} onClick={() => setChanging(true)}>
            {t('replaceToken')}
          </ActionButton>
        </Group>
      </Group>
      {paused && sender.paused_reason && (
        <Alert color="red" mt="sm" title={t('pausedBecause')}>
          {sender.paused_reason}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} component="dl" mt="sm" mb={0}>
        <Fact
          name={t('rate')}
          value={
            slowed
              ? t('slowed', { now: number(sender.effective_mps), full: number(sender.mps) })
              : t('perSecond', { count: sender.mps })
          }
        />
        <Fact name={t('numberId')} value={sender.phone_number_id} />
        <Fact name={t('account')} value={sender.waba_id} />
        <Fact name={t('since')} value={moment(sender.created_at)} />
      </SimpleGrid>
      {changing && <TokenForm sender={sender} onClose={() => setChanging(false)} />}
    </Card>
  );
}

export function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
        {value}
      </Text>
    </div>
  );
}

function TokenForm({ sender, onClose }: { sender: Sender; onClose: () => void }) {
  const { t } = useTranslation(['senders', 'common']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { access_token: '' },
    validate: { access_token: (value) => (value.trim() ? null : t('wrong.token')) },
  });
  const write = useWrite({
    run: (body: { access_token: string }) =>
      unwrap(
        api.PUT('/api/v1/senders/{sender_id}/access-token', {
          params: { path: { sender_id: sender.id } },
          body,
        }),
      ),
    changes: ['senders'],
    done: () => t('tokenReplaced'),
    onDone: onClose,
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('replaceToken')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form onSubmit={form.onSubmit((values) => write.mutate(values))} noValidate>
        <Stack>
          {sentence && <Alert color="red">{sentence}</Alert>}
          <PasswordField
            label={t('token')}
            description={t('tokenHelp')}
            autoComplete="off"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showToken') }}
            {...form.getInputProps('access_token')}
          />
          <Button type="submit" loading={write.isPending}>
            {t('replaceToken')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

function Portfolios() {
  const { t } = useTranslation(['senders', 'common']);
  const { data } = useQuery(portfolios);
  if (!data?.items.length) return null;
  return (
    <Card withBorder component="section" aria-labelledby="limits">
      <Group gap={4} mb="xs">
        <Title order={2} size="h4" id="limits">
          {t('limits')}
        </Title>
        <Term name="portfolio" />
      </Group>
      <Stack gap="xs">
        {data.items.map((one) => (
          <Text key={one.id} size="sm">
            {one.unlimited || one.daily_people === undefined
              ? t('unlimited', { id: one.id })
              : t('limited', {
                  id: one.id,
                  used: number(one.used ?? 0),
                  limit: number(one.daily_people),
                  room: number(one.room ?? 0),
                })}
          </Text>
        ))}
      </Stack>
    </Card>
  );
}
