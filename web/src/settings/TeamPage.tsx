/** Who works here, what they may do, and who is invited. */
import { Alert, Button, Card, Code, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { invitations, me, members } from '../api/queries';
import type { Me, Member, Role } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { confirm } from '../shared/confirm';
import { day, isPast } from '../shared/format';
import { showProblem } from '../shared/forms';
import { Page } from '../shared/Page';
import { Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';

const roles: Role[] = ['owner', 'admin', 'marketer', 'agent', 'viewer'];

export default function TeamPage() {
  const { t } = useTranslation(['settings', 'common']);
  const query = useQuery(members);
  const { data: somebody } = useQuery(me);
  return (
    <Page
      title={t('team.title')}
      about={
        <>
          {t('team.about')} <Term name="role" />
        </>
      }
    >
      <Loaded query={query}>
        {({ items }) => (
          <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {items.map((member) => (
              <Row key={member.user_id} member={member} somebody={somebody} />
            ))}
          </Stack>
        )}
      </Loaded>
      {may(somebody, 'members:write') && <Invite somebody={somebody} />}
      <Open somebody={somebody} />
    </Page>
  );
}

/** Only an owner decides about owners (403 `owners_only`). */
function Row({ member, somebody }: { member: Member; somebody?: Me }) {
  const { t } = useTranslation(['settings', 'common']);
  const params = { path: { user_id: member.user_id } };
  const change = useWrite({
    run: (role: Role) => unwrap(api.PATCH('/api/v1/members/{user_id}', { params, body: { role } })),
    changes: ['members', 'me'],
    done: (after) => t('team.changed', { name: after.name, role: t(`role.${after.role}`) }),
  });
  const remove = useWrite({
    run: () => unwrap(api.DELETE('/api/v1/members/{user_id}', { params })),
    changes: ['members'],
    done: () => t('team.removed', { name: member.name }),
  });
  const why = !may(somebody, 'members:write')
    ? t('common:noPermission')
    : member.role === 'owner' && somebody?.role !== 'owner'
      ? t('team.ownersOnly')
      : member.user_id === somebody?.id
        ? t('team.self')
        : undefined;
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between">
        <div>
          <Text fw={600}>
            {member.name}
            {member.user_id === somebody?.id && ` (${t('team.you')})`}
          </Text>
          <Text size="sm" c="dimmed">
            {member.email} · {t('team.since', { at: day(member.created_at) })}
          </Text>
        </div>
        <Group gap="xs">
          {why ? (
            <Text>{t(`role.${member.role}`)}</Text>
          ) : (
            <Select
              aria-label={t('team.roleOf', { name: member.name })}
              data={roles
                .filter((role) => role !== 'owner' || somebody?.role === 'owner')
                .map((value) => ({ value, label: t(`role.${value}`) }))}
              value={member.role}
              allowDeselect={false}
              onChange={(role) =>
                role &&
                role !== member.role &&
                confirm({
                  title: t('team.askRole', { name: member.name, role: t(`role.${role as Role}`) }),
                  body: t(`roleHelp.${role as Role}`),
                  yes: t('team.change'),
                  onYes: () => change.mutate(role as Role),
                })
              }
            />
          )}
          <ActionButton
            size="xs"
            variant="default"
            why={why}
            loading={remove.isPending}
            onClick={() =>
              confirm({
                title: t('team.askRemove', { name: member.name }),
                body: t('team.askRemoveBody'),
                yes: t('team.remove'),
                danger: true,
                onYes: () => remove.mutate(undefined),
              })
            }
          >
            {t('team.remove')}
          </ActionButton>
        </Group>
      </Group>
    </Card>
  );
}

function Invite({ somebody }: { somebody?: Me }) {
  const { t } = useTranslation(['settings', 'common']);
  const [sentence, setSentence] = useState<string>();
  const [link, setLink] = useState<string>();
  const form = useForm({
    initialValues: { email: '', role: 'marketer' as Role },
    validate: { email: (value) => (value.includes('@') ? null : t('team.emailNeeded')) },
  });
  const write = useWrite({
    run: (body: { email: string; role: Role }) => unwrap(api.POST('/api/v1/invitations', { body })),
    changes: ['members'],
    done: (invitation) => t('team.invited', { email: invitation.email }),
    onDone: (invitation) => {
      setLink(invitation.link);
      form.reset();
    },
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <Card withBorder component="section" aria-labelledby="invite">
      <Title order={2} size="h4" id="invite" mb="xs">
        {t('team.invite')}
      </Title>
      <form
        onSubmit={form.onSubmit((values) => {
          setSentence(undefined);
          setLink(undefined);
          write.mutate(values);
        })}
        noValidate
      >
        <Group align="flex-start">
          <TextInput label={t('team.email')} type="email" required {...form.getInputProps('email')} />
          <Select
            label={t('team.role')}
            allowDeselect={false}
            data={roles
              .filter((role) => role !== 'owner' || somebody?.role === 'owner')
              .map((value) => ({ value, label: t(`role.${value}`) }))}
            {...form.getInputProps('role')}
          />
          <Button type="submit" mt={25} loading={write.isPending}>
            {t('team.invite')}
          </Button>
        </Group>
        <Text size="sm" mt="xs">
          {t(`roleHelp.${form.values.role}`)}
        </Text>
      </form>
      {sentence && (
        <Alert color="red" mt="sm" role="alert">
          {sentence}
        </Alert>
      )}
      {link && (
        <Alert color="teal" mt="sm" title={t('team.link')} role="status">
          <Code style={{ overflowWrap: 'anywhere' }}>{link}</Code>
        </Alert>
      )}
    </Card>
  );
}

function Open({ somebody }: { somebody?: Me }) {
  const { t } = useTranslation(['settings', 'common']);
  const query = useQuery(invitations);
  const revoke = useWrite({
    run: (invitation_id: string) =>
      unwrap(api.DELETE('/api/v1/invitations/{invitation_id}', { params: { path: { invitation_id } } })),
    changes: ['members'],
    done: () => t('team.takenBack'),
  });
  const open =
    query.data?.items.filter((one) => !one.accepted_at && !one.revoked_at && !isPast(one.expires_at)) ?? [];
  if (open.length === 0) return null;
  return (
    <Card withBorder component="section" aria-labelledby="open">
      <Title order={2} size="h4" id="open" mb="xs">
        {t('team.open')}
      </Title>
      <Stack gap="xs">
        {open.map((one) => (
          <Group key={one.id} justify="space-between">
            <Text size="sm">
              {one.email} · {t(`role.${one.role}`)} · {t('team.until', { at: day(one.expires_at) })}
            </Text>
            <ActionButton
              size="xs"
              variant="default"
              why={may(somebody, 'members:write') ? undefined : t('common:noPermission')}
              onClick={() =>
                confirm({
                  title: t('team.askTakeBack', { email: one.email }),
                  body: t('team.askTakeBackBody'),
                  yes: t('team.takeBack'),
                  danger: true,
                  onYes: () => revoke.mutate(one.id),
                })
              }
            >
              {t('team.takeBack')}
            </ActionButton>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
