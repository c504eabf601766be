/** Where an invitation's link leads: with a new account, or as who is signed in already. */
import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { asProblem, unwrap } from '../api/problem';
import { me } from '../api/queries';
import { showProblem } from '../shared/forms';
import { PasswordField } from '../shared/PasswordField';
import { Door } from './Door';
import { useLinkToken } from './token';

export default function InvitationPage() {
  const { t } = useTranslation(['identity', 'common']);
  const token = useLinkToken() ?? '';
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: somebody } = useQuery({ ...me, retry: false });
  const [sentence, setSentence] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useForm({ initialValues: { name: '', password: '' } });

  const accept = async (deed: () => Promise<unknown>) => {
    setBusy(true);
    setSentence(undefined);
    try {
      await deed();
    } catch (thrown) {
      setSentence(
        asProblem(thrown).code === 'email_taken' ? t('invitationTaken') : showProblem(form, thrown),
      );
    } finally {
      setBusy(false);
    }
  };
  const asNew = form.onSubmit((values) =>
    accept(async () => {
      await unwrap(api.POST('/api/v1/auth/register-by-invitation', { body: { token, ...values } }));
      await navigate({ to: '/sign-in', search: {} });
    }),
  );
  const asMe = () =>
    accept(async () => {
      const { organization_id } = await unwrap(
        api.POST('/api/v1/auth/accept-invitation', { body: { token } }),
      );
      await unwrap(api.POST('/api/v1/auth/refresh', { body: { organization_id } }));
      client.clear();
      await navigate({ to: '/' });
    });

  return (
    <Door title={t('invitation')}>
      {sentence && (
        <Alert color="red" role="alert">
          {sentence}
        </Alert>
      )}
      {somebody ? (
        <>
          <Text>{t('invitationAs', { name: somebody.name, email: somebody.email })}</Text>
          <Button onClick={() => void asMe()} loading={busy}>
            {t('accept')}
          </Button>
        </>
      ) : (
        <form onSubmit={asNew} noValidate>
          <Stack>
            <TextInput label={t('name')} autoComplete="name" required {...form.getInputProps('name')} />
            <PasswordField
              label={t('password')}
              description={t('passwordHelp')}
              autoComplete="new-password"
              required
              visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={busy}>
              {t('accept')}
            </Button>
          </Stack>
        </form>
      )}
      <Text size="sm">
        {t('haveAccount')}{' '}
        <Anchor
          component={Link}
          to="/sign-in"
          search={{ return_to: `/accept-invitation#token=${token}` } as never}
          underline="always"
        >
          {t('signIn')}
        </Anchor>
      </Text>
    </Door>
  );
}
