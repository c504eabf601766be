/** The pre-flight: what the campaign would come to, everything that keeps it from being launched, and the launch. */
import { Alert, Anchor, Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { asProblem, unwrap, type ApiProblem } from '../../api/problem';
import { me } from '../../api/queries';
import type { Campaign, Preflight } from '../../api/types';
import { ActionButton } from '../../shared/ActionButton';
import { may } from '../../shared/can';
import { confirm } from '../../shared/confirm';
import { money, moment, number } from '../../shared/format';
import { Failure, Loaded } from '../../shared/states';
import { Term } from '../../shared/Term';
import { useWrite } from '../../shared/write';
import { stepOf, type WizardValues } from './draft';

interface Props {
  campaign: Campaign;
  values: WizardValues;
  onLaunched: () => void;
  onBackTo: (step: number) => void;
}

export function StepCheck({ campaign, values, onLaunched, onBackTo }: Props) {
  const params = { path: { campaign_id: campaign.id } };
  const query = useQuery({
    queryKey: ['campaigns', campaign.id, 'preflight', campaign.updated_at],
    queryFn: () => unwrap(api.POST('/api/v1/campaigns/{campaign_id}/preflight', { params })),
    staleTime: 0,
  });
  return (
    <Loaded query={query} rows={8}>
      {(report) => (
        <Stack>
          <Report report={report} onBackTo={onBackTo} />
          <Launch campaign={campaign} values={values} report={report} onLaunched={onLaunched} />
        </Stack>
      )}
    </Loaded>
  );
}

function Report({ report, onBackTo }: { report: Preflight; onBackTo: (step: number) => void }) {
  const { t } = useTranslation(['wizard', 'common']);
  const facts: [string, string, string][] = [
    ['people', t('check.people'), number(report.people)],
    ['reachable', t('check.reachable'), number(report.reachable)],
    ['waiting', t('check.waiting'), number(report.waiting)],
    ['cost', t('check.cost'), report.cost ? money(report.cost.total) : t('check.noCard')],
    ['end', t('check.end'), report.finishes_at ? moment(report.finishes_at) : t('check.longer')],
    ['days', t('check.days'), number(report.days.length)],
  ];
  return (
    <Stack>
      <Group gap={4}>
        <Title order={2} size="h4">
          {t('check.title')}
        </Title>
        <Term name="preflight" />
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3 }} component="dl" m={0}>
        {facts.map(([key, name, value]) => (
          <Card withBorder padding="sm" key={key}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} fw={600} size="lg" data-testid={`check-${key}`}>
              {value}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
      {report.problems.length > 0 && (
        <Alert color="red" title={t('check.problems')}>
          <Stack gap="xs">
            {report.problems.map((problem) => (
              <Group key={problem.code + problem.field} gap="xs">
                <Text size="sm">{problem.message}</Text>
                {problem.field && (
                  <Anchor
                    component="button"
                    size="sm"
                    underline="always"
                    onClick={() => onBackTo(stepOf(problem.field?.replace('audience.', '') ?? ''))}
                  >
                    {t('check.fix')}
                  </Anchor>
                )}
              </Group>
            ))}
          </Stack>
        </Alert>
      )}
      <List
        title={t('check.excluded')}
        rows={report.excluded.map((one) => `${number(one.people)} · ${one.reason}`)}
      />
      <List
        title={t('check.missing')}
        rows={report.missing_variables.map((one) =>
          t('check.missingRow', {
            key: one.variable,
            count: one.people ?? report.people,
            examples: one.examples.join(', '),
          }),
        )}
      />
      <List
        title={t('check.unfit', { unfit: report.values.unfit, tried: report.values.tried })}
        rows={report.values.examples.map((one) => `${one.who}: ${one.message}`)}
      />
      {report.duplicates > 0 && <Text size="sm">{t('check.duplicates', { count: report.duplicates })}</Text>}
      {report.cost && (
        <List
          title={t('check.markets')}
          rows={report.cost.markets.map(
            (one) =>
              `${one.market_name ?? one.market ?? '?'}: ${number(one.messages)} · ${one.cost ? money(one.cost) : t('check.unknownPrice')}`,
          )}
        />
      )}
      {report.portfolio && (
        <Text size="sm">
          {t('check.room', { used: number(report.portfolio.used), limit: number(report.portfolio.limit) })}
        </Text>
      )}
    </Stack>
  );
}

function List({ title, rows }: { title: string; rows: string[] }) {
  if (rows.length === 0) return null;
  return (
    <div>
      <Text fw={600} size="sm">
        {title}
      </Text>
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {rows.map((row) => (
          <Text component="li" size="sm" key={row}>
            {row}
          </Text>
        ))}
      </ul>
    </div>
  );
}

function Launch({
  campaign,
  values,
  report,
  onLaunched,
}: {
  campaign: Campaign;
  values: WizardValues;
  report: Preflight;
  onLaunched: () => void;
}) {
  const { t } = useTranslation(['wizard', 'common']);
  const navigate = useNavigate();
  const { data: somebody } = useQuery(me);
  const [refused, setRefused] = useState<ApiProblem>();
  const params = { path: { campaign_id: campaign.id } };
  const later = values.when === 'later';
  const launch = useWrite<undefined, Campaign>({
    run: () =>
      later
        ? unwrap(
            api.POST('/api/v1/campaigns/{campaign_id}/schedule', {
              params,
              body: {
                at: values.at.length === 16 ? `${values.at}:00` : values.at,
                time_zone: values.time_zone,
                repeat: values.repeat || undefined,
              },
            }),
          )
        : unwrap(api.POST('/api/v1/campaigns/{campaign_id}/launch', { params })),
    changes: ['campaigns'],
    onDone: () => {
      onLaunched();
      void navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign.id } as never });
    },
    onError: (error) => setRefused(asProblem(error)),
  });
  const ask = useWrite({
    run: () => unwrap(api.POST('/api/v1/campaigns/{campaign_id}/approval', { params })),
    changes: ['campaigns'],
    done: () => t('approvalAsked'),
    onDone: () =>
      void navigate({ to: '/campaigns/$campaignId', params: { campaignId: campaign.id } as never }),
  });
  const why = !may(somebody, 'campaigns:launch')
    ? t('common:noPermission')
    : report.problems.length > 0
      ? t('why.problems')
      : undefined;
  const word = later ? t('schedule') : t('launch');
  return (
    <Stack align="flex-start">
      {refused && <Failure error={refused} />}
      {refused?.code === 'approval_needed' && (
        <Button variant="default" onClick={() => ask.mutate(undefined)} loading={ask.isPending}>
          {t('askApproval')}
        </Button>
      )}
      <ActionButton
        size="md"
        why={why}
        loading={launch.isPending}
        onClick={() =>
          confirm({
            title: later
              ? t('ask.schedule')
              : t('ask.launch', { count: report.reachable, shown: number(report.reachable) }),
            body: later
              ? t('ask.scheduleBody', { at: values.at.replace('T', ' '), zone: values.time_zone })
              : t('ask.launchBody'),
            yes: word,
            onYes: () => launch.mutate(undefined),
          })
        }
      >
        {word}
      </ActionButton>
    </Stack>
  );
}
