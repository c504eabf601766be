/** Signing in, with a second factor where it is on. Tokens go into cookies; nothing of them is seen here. */
import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { asProblem, unwrap } from '../api/problem';
import { showProblem } from '../shared/forms';
import { PasswordField } from '../shared/PasswordField';
import { Door } from './Door';

const route = getRouteApi('/sign-in');

export default function SignInPage() {
  const { t } = useTranslation(['identity', 'common']);
  const { return_to } = route.useSearch();
  const client = useQueryClient();
  const router = useRouter();
  const [factor, setFactor] = useState(false);
  const [sentence, setSentence] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { email: '', password: '', code: '' },
    validate: {
      email: (value) => (value.includes('@') ? null : t('emailNeeded')),
      password: (value) => (value ? null : t('passwordNeeded')),
      code: (value) => (factor && !value.trim() ? t('codeNeeded') : null),
    },
  });

  const submit = form.onSubmit(async ({ email, password, code }) => {
    setBusy(true);
    setSentence(undefined);
    try {
      const body = { email, password, cookies: true, ...(factor && { code: code.trim() }) };
      await unwrap(api.POST('/api/v1/auth/login', { body }));
      client.clear();
      await router.navigate({ href: return_to ?? '/', replace: true });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.code === 'second_factor_needed') setFactor(true);
      else if (problem.code === 'invalid_code') form.setFieldError('code', problem.message);
      else if (problem.code === 'invalid_credentials') setSentence(t('refused'));
      else setSentence(problem.offline ? t('common:problem.offline') : showProblem(form, thrown));
    } finally {
      setBusy(false);
    }
  });

  return (
    <Door title={t('signIn')}>
      {return_to && <Alert color="blue">{t('expired')}</Alert>}
      {sentence && (
        <Alert color="red" role="alert">
          {sentence}
        </Alert>
      )}
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t('email')}
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          <PasswordField
            label={t('password')}
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            {...form.getInputProps('password')}
          />
          {factor && (
            <TextInput
              label={t('code')}
              description={t('codeHelp')}
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              data-autofocus
              autoFocus
              {...form.getInputProps('code')}
            />
          )}
          <Button type="submit" loading={busy}>
            {t('signIn')}
          </Button>
        </Stack>
      </form>
      <Text size="sm">
        <Anchor component={Link} to="/reset-password" underline="always">
          {t('forgot')}
        </Anchor>
      </Text>
      <Text size="sm">
        {t('new')}{' '}
        <Anchor component={Link} to="/sign-up" underline="always">
          {t('signUp')}
        </Anchor>
      </Text>
    </Door>
  );
}
