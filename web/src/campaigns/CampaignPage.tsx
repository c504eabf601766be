/** One campaign: how far it is, why some were not reached, what can be done, and everybody in it. */
import { Alert, Badge, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { campaign, campaignCost, campaignStats, template } from '../api/queries';
import type { Campaign } from '../api/types';
import { isLive } from '../shared/can';
import { moment, money, within } from '../shared/format';
import { Page } from '../shared/Page';
import { Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { Actions } from './Actions';
import { Approval } from './Approval';
import { Funnel } from './Funnel';
import { useLiveCampaign } from './live';
import { Progress } from './Progress';
import { Reasons } from './Reasons';
import { Recipients } from './Recipients';
import { StatusBadge } from './StatusBadge';

/** Deliveries and reads come in for a while after the end. */
const afterglow = 10 * 60_000;
/** What it cost so far is in no snapshot: it is asked for again while numbers still change. */
const costEvery = 3_000;

export default function CampaignPage() {
  const { campaignId } = useParams({ strict: false }) as { campaignId: string };
  const query = useQuery(campaign(campaignId));
  return <Loaded query={query}>{(found) => <Detail found={found} />}</Loaded>;
}

function Detail({ found }: { found: Campaign }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const stats = useQuery(campaignStats(found.id));
  const recent = within(afterglow, found.finished_at);
  const live = useLiveCampaign(found.id, found.status, recent);
  const launched = found.status !== 'draft' && found.status !== 'scheduled';

  return (
    <Page
      title={found.name}
      about={
        <Group gap="xs" mt={4}>
          <StatusBadge status={found.status} />
          {live && isLive(found.status) && (
            <Badge color="teal" variant="dot" style={{ color: 'var(--mantine-color-text)' }}>
              {t('live')}
            </Badge>
          )}
          <span>{found.description}</span>
        </Group>
      }
      actions={<Actions campaign={found} stats={stats.data} />}
    >
      {found.failure && (
        <Alert color="red" title={t('failure')}>
          {found.failure}
        </Alert>
      )}
      {found.status === 'paused' && found.paused_reason && (
        <Alert color="yellow" title={t('pausedBecause')}>
          {found.paused_reason}
        </Alert>
      )}
      {launched && (
        <Loaded query={stats}>
          {(numbers) => (
            <Stack>
              <Progress counts={numbers.counts} />
              <SimpleGrid cols={{ base: 1, md: 2 }}>
                <Funnel funnel={numbers.funnel} counts={numbers.counts} />
                <Reasons campaign={found} stats={numbers} />
              </SimpleGrid>
            </Stack>
          )}
        </Loaded>
      )}
      {found.status === 'draft' && <Approval campaign={found} />}
      <Facts found={found} launched={launched} changes={recent || isLive(found.status)} />
      <Recipients campaign={found} version={stats.data?.version} />
    </Page>
  );
}

function Facts({ found, launched, changes }: { found: Campaign; launched: boolean; changes: boolean }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: text } = useQuery(template(found.template_id));
  const { data: cost } = useQuery({
    ...campaignCost(found.id),
    enabled: launched,
    refetchInterval: changes && costEvery,
  });
  const facts: [string, string | undefined][] = [
    [t('fact.template'), text && `${text.name} (${text.language})`],
    [t('fact.audience'), audienceWords()],
    [t('fact.launched'), found.launched_at && moment(found.launched_at)],
    [t('fact.finished'), found.finished_at && moment(found.finished_at)],
    [t('fact.next'), found.schedule?.next_run_at && moment(found.schedule.next_run_at)],
    [t('fact.local'), found.send_at_local],
    [t('fact.stop'), found.stop_at && moment(found.stop_at)],
    [t('fact.rate'), found.rate_per_minute ? t('perMinute', { count: found.rate_per_minute }) : undefined],
    [t('fact.estimated'), cost?.totals.estimated && money(cost.totals.estimated)],
    [t('fact.cost'), cost?.totals.actual && money(cost.totals.actual)],
  ];

  function audienceWords(): string {
    const { kind, tag } = found.audience;
    return t(`audience.${kind}`, { tag: tag ?? '', defaultValue: kind });
  }

  return (
    <Card withBorder component="section" aria-labelledby="facts">
      <Group gap={4} mb="xs">
        <Title order={2} size="h4" id="facts">
          {t('facts')}
        </Title>
        <Term name="campaign" />
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} component="dl" m={0} spacing="sm">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <Text component="dt" size="sm" c="dimmed">
                {name}
              </Text>
              <Text component="dd" m={0}>
                {value}
              </Text>
            </div>
          ))}
      </SimpleGrid>
    </Card>
  );
}
