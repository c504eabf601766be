/** One's own account: password, second factor, where one is signed in. */
import { Alert, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me, sessions } from '../api/queries';
import { ActionButton } from '../shared/ActionButton';
import { confirm } from '../shared/confirm';
import { moment } from '../shared/format';
import { showProblem } from '../shared/forms';
import { Page } from '../shared/Page';
import { Loaded } from '../shared/states';
import { useWrite } from '../shared/write';
import { PasswordField } from '../shared/PasswordField';
import { SecondFactor } from './SecondFactor';

export default function AccountPage() {
  const { t } = useTranslation(['settings', 'common', 'identity']);
  const query = useQuery(me);
  return (
    <Loaded query={query}>
      {(somebody) => (
        <Page title={somebody.name} about={`${somebody.email} · ${t(`role.${somebody.role}`)}`}>
          {somebody.impersonator ? (
            <Alert color="grape">{t('account.impersonated')}</Alert>
          ) : (
            <>
              <ChangePassword />
              <SecondFactor on={somebody.second_factor} />
              <Sessions />
            </>
          )}
        </Page>
      )}
    </Loaded>
  );
}

function ChangePassword() {
  const { t } = useTranslation(['settings', 'common', 'identity']);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { password: '', new_password: '' },
    validate: { new_password: (value) => (value.length < 10 ? t('identity:passwordShort') : null) },
  });
  const write = useWrite({
    run: (body: { password: string; new_password: string }) =>
      unwrap(api.POST('/api/v1/auth/change-password', { body })),
    changes: ['sessions'],
    done: () => t('account.passwordChanged'),
    onDone: () => form.reset(),
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <Card withBorder component="section" aria-labelledby="password">
      <Title order={2} size="h4" id="password" mb="xs">
        {t('account.password')}
      </Title>
      <form
        onSubmit={form.onSubmit((values) => {
          setSentence(undefined);
          write.mutate(values);
        })}
        noValidate
      >
        <Stack maw={420}>
          {sentence && (
            <Alert color="red" role="alert">
              {sentence}
            </Alert>
          )}
          <PasswordField
            label={t('account.oldPassword')}
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('identity:showPassword') }}
            {...form.getInputProps('password')}
          />
          <PasswordField
            label={t('account.newPassword')}
            description={t('identity:passwordHelp')}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('identity:showPassword') }}
            {...form.getInputProps('new_password')}
          />
          <Button type="submit" loading={write.isPending} style={{ alignSelf: 'start' }}>
            {t('account.changePassword')}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}

function Sessions() {
  const { t } = useTranslation(['settings', 'common', 'identity']);
  const query = useQuery(sessions);
  const end = useWrite({
    run: (session_id: string) =>
      unwrap(api.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id } } })),
    changes: ['sessions'],
    done: () => t('account.ended'),
  });
  return (
    <Card withBorder component="section" aria-labelledby="sessions">
      <Title order={2} size="h4" id="sessions" mb="xs">
        {t('account.sessions')}
      </Title>
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <Stack gap="xs">
            {items.map((one) => (
              <Group key={one.id} justify="space-between" wrap="nowrap">
                <div style={{ minWidth: 0 }}>
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }} lineClamp={2}>
                    {one.user_agent ?? t('account.unknownProgram')}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {one.address} · {t('account.lastUsed', { at: moment(one.last_used_at) })}
                  </Text>
                </div>
                <ActionButton
                  size="xs"
                  variant="default"
                  style={{ flexShrink: 0 }}
                  why={one.current ? t('account.thisOne') : undefined}
                  onClick={() =>
                    confirm({
                      title: t('account.askEnd'),
                      body: t('account.askEndBody'),
                      yes: t('account.end'),
                      danger: true,
                      onYes: () => end.mutate(one.id),
                    })
                  }
                >
                  {t('account.end')}
                </ActionButton>
              </Group>
            ))}
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}
