/** Where the link of the confirmation email leads. */
import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { Failure, Loading } from '../shared/states';
import { Door } from './Door';
import { useLinkToken } from './token';

export default function ConfirmEmailPage() {
  const { t } = useTranslation(['identity', 'common']);
  const token = useLinkToken() ?? '';
  // A token is good once, so the answer is kept and the question never repeated.
  const { isSuccess, error } = useQuery({
    queryKey: ['confirm-email', token],
    queryFn: async () => {
      await unwrap(api.POST('/api/v1/auth/confirm-email', { body: { token } }));
      return true;
    },
    staleTime: Infinity,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  return (
    <Door title={t('confirmEmail')}>
      {error ? (
        <Failure error={error} />
      ) : isSuccess ? (
        <Text>{t('emailConfirmed')}</Text>
      ) : (
        <Loading rows={2} />
      )}
      <Anchor component={Link} to="/sign-in" underline="always">
        {t('signIn')}
      </Anchor>
    </Door>
  );
}
