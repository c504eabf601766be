/** All campaigns, newest first. */
import { Anchor, Button, Card, Group, Select, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { campaigns, me } from '../api/queries';
import type { Campaign, CampaignStatus } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Page } from '../shared/Page';
import { Empty, Loaded } from '../shared/states';
import { StatusBadge } from './StatusBadge';

const route = getRouteApi('/inside/campaigns');
const statuses: CampaignStatus[] = [
  'draft',
  'scheduled',
  'preparing',
  'running',
  'paused',
  'settling',
  'completed',
  'cancelled',
  'failed',
];

export default function CampaignsPage() {
  const { t } = useTranslation(['campaigns', 'common']);
  const { status } = route.useSearch();
  const navigate = useNavigate();
  const query = useInfiniteQuery(campaigns(status));
  const { data: somebody } = useQuery(me);
  const allowed = may(somebody, 'campaigns:write');
  const actions = (
    <>
      <Button component={Link} to="/campaigns/calendar" variant="default">
        {t('calendar')}
      </Button>
      <ActionButton
        why={allowed ? undefined : t('common:noPermission')}
        onClick={() => void navigate({ to: '/campaigns/new' })}
      >
        {t('create')}
      </ActionButton>
    </>
  );

  return (
    <Page title={t('title')} about={t('about')} actions={actions}>
      <Select
        label={t('filter')}
        data={statuses.map((value) => ({ value, label: t(`status.${value}`) }))}
        value={status ?? null}
        placeholder={t('common:any')}
        clearable
        clearButtonProps={{ 'aria-label': t('common:clear') }}
        maw={260}
        onChange={(value) =>
          void navigate({ to: '/campaigns', search: { status: (value as CampaignStatus) ?? undefined } })
        }
      />
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return status ? (
              <Empty
                title={t('noneSuch')}
                action={
                  <Button variant="default" onClick={() => void navigate({ to: '/campaigns' })}>
                    {t('showAll')}
                  </Button>
                }
              />
            ) : (
              <Empty title={t('none')}>{t('noneBody')}</Empty>
            );
          }
          return (
            <Stack gap="xs">
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((item) => (
                  <Row key={item.id} item={item} />
                ))}
              </Stack>
              <More count={items.length} {...query} />
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Row({ item }: { item: Campaign }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const when =
    item.status === 'scheduled' && item.schedule?.next_run_at
      ? t('goesOut', { at: moment(item.schedule.next_run_at) })
      : item.launched_at
        ? t('launchedAt', { at: moment(item.launched_at) })
        : t('createdAt', { at: moment(item.created_at) });
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Anchor
            component={Link}
            to="/campaigns/$campaignId"
            params={{ campaignId: item.id } as never}
            fw={600}
            underline="hover"
            style={{ overflowWrap: 'anywhere' }}
          >
            {item.name}
          </Anchor>
          <Text size="sm" c="dimmed">
            {when}
          </Text>
        </div>
        <StatusBadge status={item.status} />
      </Group>
    </Card>
  );
}
