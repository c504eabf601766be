/** Why people were not reached, or wait: the server's sentence, how many, and what can be done about them. */
import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me } from '../api/queries';
import type { Campaign, CampaignStats, ReasonCount } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { refusal } from '../shared/can';
import { confirm } from '../shared/confirm';
import { number } from '../shared/format';
import { useWrite } from '../shared/write';

export function Reasons({ campaign, stats }: { campaign: Campaign; stats: CampaignStats }) {
  const { t } = useTranslation(['campaigns', 'common']);
  return (
    <Card withBorder component="section" aria-labelledby="reasons">
      <Title order={2} size="h4" id="reasons" mb="xs">
        {t('reasons.title')}
      </Title>
      {stats.reasons.length === 0 ? (
        <Text c="dimmed">{t('reasons.none')}</Text>
      ) : (
        <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {stats.reasons.map((reason) => (
            <Reason
              key={`${reason.status} ${reason.code} ${reason.reason_code}`}
              campaign={campaign}
              reason={reason}
            />
          ))}
        </Stack>
      )}
      {stats.counts.unknown > 0 && <Unknowns campaign={campaign} count={stats.counts.unknown} />}
    </Card>
  );
}

function Reason({ campaign, reason }: { campaign: Campaign; reason: ReasonCount }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: somebody } = useQuery(me);
  const retry = useWrite({
    run: () =>
      unwrap(
        api.POST('/api/v1/campaigns/{campaign_id}/retry', {
          params: { path: { campaign_id: campaign.id } },
          body: reason.code ? { codes: [reason.code] } : { reasons: [reason.reason_code ?? ''] },
        }),
      ),
    changes: ['campaigns'],
    done: ({ retried }) => t('retried', { count: retried }),
  });
  const why = refusal(somebody, campaign.status, 'retry');
  return (
    <li>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div style={{ flex: '1 1 220px' }}>
          <Text size="sm">{reason.reason ?? t('reasons.unsaid')}</Text>
          <Text size="xs" c="dimmed">
            {t(`message.${reason.status}`, { defaultValue: reason.status })}
            {reason.code !== undefined && ` · ${t('reasons.code', { code: reason.code })}`}
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Badge variant="light" color="gray" style={{ color: 'var(--mantine-color-text)', flexShrink: 0 }}>
            {number(reason.count)}
          </Badge>
          {reason.status === 'failed' && (
            <ActionButton
              size="compact-sm"
              variant="default"
              loading={retry.isPending}
              why={why && (why === 'permission' ? t('common:noPermission') : t('why.retry'))}
              onClick={() =>
                confirm({
                  title: t('ask.retry.title', { count: reason.count }),
                  body: t('ask.retry.body'),
                  yes: t('action.retry'),
                  onYes: () => retry.mutate(undefined),
                })
              }
            >
              {t('reasons.retry')}
            </ActionButton>
          )}
        </Group>
      </Group>
    </li>
  );
}

/** It may or may not have been sent. Nobody but people can decide whether twice is worse than never. */
function Unknowns({ campaign, count }: { campaign: Campaign; count: number }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const decide = useWrite({
    run: (decision: 'leave' | 'resend') =>
      unwrap(
        api.POST('/api/v1/campaigns/{campaign_id}/decide-unknown', {
          params: { path: { campaign_id: campaign.id } },
          body: { decision },
        }),
      ),
    changes: ['campaigns'],
    done: ({ decided }) => t('decided', { count: decided }),
  });
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm">{t('unknown.body', { count })}</Text>
      <Group gap="xs">
        {(['leave', 'resend'] as const).map((decision) => (
          <Button
            key={decision}
            size="xs"
            variant="default"
            loading={decide.isPending}
            onClick={() =>
              confirm({
                title: t(`unknown.${decision}.title`),
                body: t(`unknown.${decision}.body`),
                yes: t(`unknown.${decision}.yes`),
                onYes: () => decide.mutate(decision),
              })
            }
          >
            {t(`unknown.${decision}.yes`)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
