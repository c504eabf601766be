/** How things stand now: first steps, what is being sent, what WhatsApp says about the numbers, what needs a look. */
import { Alert, Anchor, Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { campaigns, campaignStats, me, openAlerts, senders, usage } from '../api/queries';
import type { Campaign } from '../api/types';
import { useLiveCampaign } from '../campaigns/live';
import { Progress } from '../campaigns/Progress';
import { StatusBadge } from '../campaigns/StatusBadge';
import { isLive, may } from '../shared/can';
import { moment, number } from '../shared/format';
import { Page } from '../shared/Page';
import { Loaded } from '../shared/states';
import { useWrite } from '../shared/write';
import { QualityBadge } from '../templates/badges';
import { Checklist } from './Checklist';
import { Today } from './Today';

export default function DashboardPage() {
  const { t } = useTranslation(['dashboard', 'common']);
  return (
    <Page title={t('title')}>
      <Alerts />
      <Checklist />
      <Today />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Running />
        <Stack>
          <Health />
          <Plan />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function Running() {
  const { t } = useTranslation(['dashboard', 'common']);
  const query = useInfiniteQuery({ ...campaigns(), refetchInterval: 15_000 });
  return (
    <Card withBorder component="section" aria-labelledby="running">
      <Title order={2} size="h4" id="running" mb="xs">
        {t('running')}
      </Title>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          const live = items.filter((item) => isLive(item.status));
          const shown =
            live.length > 0 ? live.slice(0, 5) : items.filter((item) => item.launched_at).slice(0, 1);
          return (
            <Stack>
              {live.length === 0 && (
                <Text c="dimmed">{shown.length > 0 ? t('noneRunningLast') : t('noneRunning')}</Text>
              )}
              {shown.map((item) => (
                <One key={item.id} item={item} />
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Card>
  );
}

function One({ item }: { item: Campaign }) {
  const stats = useQuery(campaignStats(item.id));
  useLiveCampaign(item.id, item.status, false);
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Anchor
          component={Link}
          to="/campaigns/$campaignId"
          params={{ campaignId: item.id } as never}
          fw={600}
          style={{ overflowWrap: 'anywhere' }}
        >
          {item.name}
        </Anchor>
        <StatusBadge status={stats.data?.status ?? item.status} />
      </Group>
      {stats.data && <Progress counts={stats.data.counts} />}
    </div>
  );
}

function Health() {
  const { t } = useTranslation(['dashboard', 'senders']);
  const query = useQuery(senders);
  return (
    <Card withBorder component="section" aria-labelledby="health">
      <Title order={2} size="h4" id="health" mb="xs">
        {t('health')}
      </Title>
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <Stack gap="xs">
            {items.length === 0 && <Text c="dimmed">{t('noSenders')}</Text>}
            {items.map((sender) => (
              <Group key={sender.id} justify="space-between">
                <div>
                  <Anchor component={Link} to="/senders">
                    {sender.name}
                  </Anchor>
                  <Text size="sm" c="dimmed" dir="ltr" ta="start">
                    {sender.phone}
                  </Text>
                  {sender.paused_reason && <Text size="sm">{sender.paused_reason}</Text>}
                </div>
                <Group gap="xs">
                  <QualityBadge quality={sender.quality} />
                  <Text size="sm">
                    {t(`senders:status.${sender.status}`, { defaultValue: sender.status })} ·{' '}
                    {t('senders:perSecond', { count: sender.effective_mps })}
                  </Text>
                </Group>
              </Group>
            ))}
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

function Plan() {
  const { t } = useTranslation(['dashboard', 'common']);
  const { data } = useQuery(usage);
  if (!data?.plan) return null;
  return (
    <Card withBorder component="section" aria-labelledby="plan">
      <Title order={2} size="h4" id="plan" mb="xs">
        {t('plan', { name: data.plan_title ?? data.plan })}
      </Title>
      {data.trial_ends_at && <Text size="sm">{t('trial', { at: moment(data.trial_ends_at) })}</Text>}
      {data.limits
        .filter((limit) => limit.most !== undefined)
        .map((limit) => (
          <Text size="sm" key={limit.limit}>
            {t(`limit.${limit.limit}`, { defaultValue: limit.limit })}: {number(limit.used)} /{' '}
            {number(limit.most ?? 0)}
          </Text>
        ))}
    </Card>
  );
}

function Alerts() {
  const { t } = useTranslation(['dashboard', 'common']);
  const { data } = useQuery(openAlerts);
  const { data: somebody } = useQuery(me);
  const seen = useWrite({
    run: (alert_id: string) =>
      unwrap(api.POST('/api/v1/alerts/{alert_id}/acknowledge', { params: { path: { alert_id } } })),
    changes: ['alerts'],
  });
  return (
    <Stack gap="xs">
      {data?.items.slice(0, 5).map((alert) => (
        <Alert
          key={alert.id}
          color={alert.severity === 'critical' ? 'red' : alert.severity === 'warning' ? 'yellow' : 'blue'}
          title={t(`severity.${alert.severity}`, { defaultValue: alert.severity })}
        >
          <Group justify="space-between">
            <div>
              <Text size="sm">{alert.message}</Text>
              <Text size="xs">{moment(alert.last_seen_at)}</Text>
            </div>
            {may(somebody, 'senders:write') && (
              <Button size="xs" variant="default" onClick={() => seen.mutate(alert.id)}>
                {t('seen')}
              </Button>
            )}
          </Group>
        </Alert>
      ))}
    </Stack>
  );
}
