/** Somebody's word that a draft may be launched as it stands: asked for, given or refused. */
import { Alert, Badge, Card, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { approval, me, members, organization } from '../api/queries';
import type { Approval as Asked, Campaign } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { showProblem } from '../shared/forms';
import { Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';

/** Nothing where nobody asked and the organization does not ask for it. */
export function Approval({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: house } = useQuery(organization);
  const query = useQuery(approval(campaign.id));
  if (query.data === null && !house?.launch_needs_approval) return null;
  return (
    <Card withBorder component="section" aria-labelledby="approval">
      <Group gap={4} mb="xs">
        <Title order={2} size="h4" id="approval">
          {t('approval.title')}
        </Title>
        <Term name="approval" />
      </Group>
      <Loaded query={query} rows={2}>
        {(asked) => (
          <Stack gap="sm">
            {asked ? <Said asked={asked} /> : <Text>{t('approval.notAsked')}</Text>}
            {asked?.status === 'requested' ? (
              <Decide campaign={campaign} asked={asked} />
            ) : (
              asked?.status !== 'approved' && <Ask campaign={campaign} />
            )}
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

const colors = { requested: 'yellow', approved: 'teal', rejected: 'red' };

function Said({ asked }: { asked: Asked }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: people } = useQuery(members);
  const name = (id: string) => people?.items.find((one) => one.user_id === id)?.name ?? id;
  return (
    <div>
      <Badge
        color={colors[asked.status] ?? 'gray'}
        variant="outline"
        style={{ color: 'var(--mantine-color-text)' }}
      >
        {t(`approval.${asked.status}`)}
      </Badge>
      <Text size="sm">
        {t('approval.askedBy', { name: name(asked.requested_by), at: moment(asked.requested_at) })}
      </Text>
      {asked.decided_by && (
        <Text size="sm">
          {t('approval.decidedBy', { name: name(asked.decided_by), at: moment(asked.decided_at) })}
        </Text>
      )}
      {asked.note && <Text fs="italic">{asked.note}</Text>}
    </div>
  );
}

function Ask({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: somebody } = useQuery(me);
  const ask = useWrite({
    run: () =>
      unwrap(
        api.POST('/api/v1/campaigns/{campaign_id}/approval', {
          params: { path: { campaign_id: campaign.id } },
        }),
      ),
    changes: ['campaigns'],
    done: () => t('approval.asked'),
  });
  return (
    <ActionButton
      variant="default"
      style={{ alignSelf: 'start' }}
      why={may(somebody, 'campaigns:launch') ? undefined : t('common:noPermission')}
      loading={ask.isPending}
      onClick={() => ask.mutate(undefined)}
    >
      {t('approval.ask')}
    </ActionButton>
  );
}

function Decide({ campaign, asked }: { campaign: Campaign; asked: Asked }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: somebody } = useQuery(me);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({ initialValues: { note: '' } });
  const decide = useWrite({
    run: (decision: 'approved' | 'rejected') =>
      unwrap(
        api.PUT('/api/v1/campaigns/{campaign_id}/approval', {
          params: { path: { campaign_id: campaign.id } },
          body: { decision, note: form.getValues().note.trim() || undefined },
        }),
      ),
    changes: ['campaigns'],
    done: (_, decision) => t(`approval.${decision}`),
    onError: (error) => setSentence(showProblem(form, error)),
  });
  const why = !may(somebody, 'campaigns:approve')
    ? t('approval.whyRole')
    : somebody?.id === asked.requested_by
      ? t('approval.whyOwn')
      : undefined;
  return (
    <Stack gap="sm">
      {sentence && (
        <Alert color="red" role="alert">
          {sentence}
        </Alert>
      )}
      <Textarea
        label={t('approval.note')}
        description={t('approval.noteHelp')}
        maxLength={1000}
        autosize
        minRows={2}
        maw={560}
        {...form.getInputProps('note')}
      />
      <Group>
        <ActionButton
          why={why}
          loading={decide.isPending && decide.variables === 'approved'}
          onClick={() => decide.mutate('approved')}
        >
          {t('approval.approve')}
        </ActionButton>
        <ActionButton
          variant="default"
          why={why}
          loading={decide.isPending && decide.variables === 'rejected'}
          onClick={() => decide.mutate('rejected')}
        >
          {t('approval.reject')}
        </ActionButton>
      </Group>
    </Stack>
  );
}
