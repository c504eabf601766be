/** Switching the second factor on and off. The secret is typed into the app or opened there; codes are shown once. */
import { Alert, Anchor, Button, Card, Code, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { showProblem } from '../shared/forms';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';
import { PasswordField } from '../shared/PasswordField';

interface Secret {
  secret: string;
  uri: string;
}

export function SecondFactor({ on }: { on: boolean }) {
  const { t } = useTranslation(['settings', 'common', 'identity']);
  const [secret, setSecret] = useState<Secret>();
  const [codes, setCodes] = useState<string[]>();
  const [sentence, setSentence] = useState<string>();
  const form = useForm({ initialValues: { password: '', code: '' } });
  const onError = (error: unknown) => setSentence(showProblem(form, error));

  const begin = useWrite({
    run: (password: string) => unwrap(api.POST('/api/v1/auth/second-factor', { body: { password } })),
    changes: [],
    onDone: setSecret,
    onError,
  });
  const turnOn = useWrite({
    run: (code: string) => unwrap(api.POST('/api/v1/auth/second-factor/confirm', { body: { code } })),
    changes: ['me', 'sessions'],
    onDone: ({ recovery_codes }) => {
      setCodes(recovery_codes);
      setSecret(undefined);
      form.reset();
    },
    onError,
  });
  const turnOff = useWrite({
    run: (body: { password: string; code: string }) =>
      unwrap(api.POST('/api/v1/auth/second-factor/disable', { body })),
    changes: ['me', 'sessions'],
    done: () => t('factor.off'),
    onDone: () => form.reset(),
    onError,
  });
  const submit = form.onSubmit(({ password, code }) => {
    setSentence(undefined);
    const given = code.trim();
    if (on) turnOff.mutate({ password, code: given });
    else if (secret) turnOn.mutate(given);
    else begin.mutate(password);
  });
  const word = on ? t('factor.turnOff') : secret ? t('factor.turnOn') : t('factor.begin');

  return (
    <Card withBorder component="section" aria-labelledby="factor">
      <Title order={2} size="h4" id="factor" mb="xs">
        {t('factor.title')} <Term name="secondFactor" />
      </Title>
      <Stack maw={480}>
        <Text size="sm">{on ? t('factor.isOn') : t('factor.isOff')}</Text>
        {codes && (
          <Alert color="teal" title={t('factor.codes')} role="status">
            <Text size="sm">{t('factor.codesHelp')}</Text>
            <Code block>{codes.join('\n')}</Code>
          </Alert>
        )}
        {sentence && (
          <Alert color="red" role="alert">
            {sentence}
          </Alert>
        )}
        <form onSubmit={submit} noValidate>
          <Stack>
            {secret && (
              <Text size="sm" component="div">
                {t('factor.type')} <Code style={{ overflowWrap: 'anywhere' }}>{secret.secret}</Code>{' '}
                <Anchor href={secret.uri} underline="always">
                  {t('factor.open')}
                </Anchor>
              </Text>
            )}
            {!secret && (
              <PasswordField
                label={t('account.oldPassword')}
                autoComplete="current-password"
                required
                visibilityToggleButtonProps={{ 'aria-label': t('identity:showPassword') }}
                {...form.getInputProps('password')}
              />
            )}
            {(secret || on) && (
              <TextInput
                label={t('factor.code')}
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                {...form.getInputProps('code')}
              />
            )}
            <Button
              type="submit"
              variant={on ? 'default' : 'filled'}
              loading={begin.isPending || turnOn.isPending || turnOff.isPending}
              style={{ alignSelf: 'start' }}
            >
              {word}
            </Button>
          </Stack>
        </form>
      </Stack>
    </Card>
  );
}
