/** An organization and its owner. What comes next is the server's to say: confirm the address, or sign in. */
import { Alert, Anchor, Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from '../shared/schema';

import { api } from '../api/client';
import { asProblem, unwrap } from '../api/problem';
import { checkWith, showProblem } from '../shared/forms';
import { countries, guessCountry } from '../shared/countries';
import { PasswordField } from '../shared/PasswordField';
import { Door } from './Door';

const schema = z.object({
  organization: z.string().trim().min(1, 'organizationNeeded'),
  name: z.string().trim().min(1, 'nameNeeded'),
  email: z.string().trim().includes('@', { message: 'emailNeeded' }),
  password: z.string().min(10, 'passwordShort').max(200, 'passwordLong'),
  country: z.string().min(2, 'countryNeeded'),
});

export default function SignUpPage() {
  const { t, i18n } = useTranslation(['identity', 'common']);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [sentence, setSentence] = useState<string>();
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const choices = useMemo(() => countries(i18n.language), [i18n.language]);
  const form = useForm({
    initialValues: { organization: '', name: '', email: '', password: '', country: guessCountry() },
    validate: checkWith(schema, (key) => t(key as 'emailNeeded')),
  });

  const submit = form.onSubmit(async (body) => {
    setBusy(true);
    setSentence(undefined);
    try {
      const { next } = await unwrap(api.POST('/api/v1/auth/register', { body }));
      if (next === 'confirm_email') return setSent(true);
      const { email, password } = body;
      await unwrap(api.POST('/api/v1/auth/login', { body: { email, password, cookies: true } }));
      client.clear();
      await navigate({ to: '/' });
    } catch (thrown) {
      if (asProblem(thrown).code === 'email_taken') form.setFieldError('email', t('emailTaken'));
      else setSentence(showProblem(form, thrown));
    } finally {
      setBusy(false);
    }
  });

  if (sent) {
    return (
      <Door title={t('checkEmail')}>
        <Text>{t('checkEmailBody', { email: form.getValues().email })}</Text>
      </Door>
    );
  }
  return (
    <Door title={t('signUp')}>
      {sentence && (
        <Alert color="red" role="alert">
          {sentence}
        </Alert>
      )}
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t('organization')}
            description={t('organizationHelp')}
            autoComplete="organization"
            required
            {...form.getInputProps('organization')}
          />
          <TextInput label={t('name')} autoComplete="name" required {...form.getInputProps('name')} />
          <TextInput
            label={t('email')}
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          <PasswordField
            label={t('password')}
            description={t('passwordHelp')}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            {...form.getInputProps('password')}
          />
          <Select
            label={t('country')}
            description={t('countryHelp')}
            data={choices}
            searchable
            allowDeselect={false}
            required
            {...form.getInputProps('country')}
          />
          <Button type="submit" loading={busy}>
            {t('signUp')}
          </Button>
        </Stack>
      </form>
      <Text size="sm">
        {t('haveAccount')}{' '}
        <Anchor component={Link} to="/sign-in" underline="always">
          {t('signIn')}
        </Anchor>
      </Text>
    </Door>
  );
}
