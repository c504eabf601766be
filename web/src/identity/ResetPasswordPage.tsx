/** A forgotten password: first the address, then, with the link's token, the new one. */
import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { asProblem, unwrap } from '../api/problem';
import { showProblem } from '../shared/forms';
import { PasswordField } from '../shared/PasswordField';
import { Door } from './Door';
import { useLinkToken } from './token';

export default function ResetPasswordPage() {
  const { t } = useTranslation(['identity', 'common']);
  const token = useLinkToken();
  const [done, setDone] = useState(false);
  const [sentence, setSentence] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useForm({ initialValues: { email: '', password: '' } });

  const submit = form.onSubmit(async ({ email, password }) => {
    setBusy(true);
    setSentence(undefined);
    try {
      if (token) await unwrap(api.POST('/api/v1/auth/password-reset/confirm', { body: { token, password } }));
      else await unwrap(api.POST('/api/v1/auth/password-reset', { body: { email } }));
      setDone(true);
    } catch (thrown) {
      const off = asProblem(thrown).code === 'email_off';
      setSentence(off ? t('resetOff') : showProblem(form, thrown));
    } finally {
      setBusy(false);
    }
  });

  return (
    <Door title={t('resetPassword')}>
      {sentence && (
        <Alert color="red" role="alert">
          {sentence}
        </Alert>
      )}
      {done ? (
        <Text role="status">{token ? t('passwordSet') : t('resetSent')}</Text>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            {token ? (
              <PasswordField
                label={t('newPassword')}
                description={t('passwordHelp')}
                autoComplete="new-password"
                required
                visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
                {...form.getInputProps('password')}
              />
            ) : (
              <TextInput
                label={t('email')}
                type="email"
                autoComplete="username"
                required
                {...form.getInputProps('email')}
              />
            )}
            <Button type="submit" loading={busy}>
              {token ? t('setPassword') : t('sendLink')}
            </Button>
          </Stack>
        </form>
      )}
      <Anchor component={Link} to="/sign-in" underline="always" size="sm">
        {t('signIn')}
      </Anchor>
    </Door>
  );
}
