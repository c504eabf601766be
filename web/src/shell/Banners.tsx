/** What must not be overlooked on any page: the line is gone, or somebody acts in another person's name. */
import { Alert } from '@mantine/core';
import { IconPlugConnectedX, IconSpy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { reportConnection, useConnectionLost } from '../api/connection';
import { me } from '../api/queries';

const askAgainEvery = 3_000;

export function Banners() {
  const { t } = useTranslation();
  const lost = useConnectionLost();
  const { data } = useQuery(me);

  useEffect(() => {
    const gone = () => reportConnection(false);
    window.addEventListener('offline', gone);
    return () => window.removeEventListener('offline', gone);
  }, []);

  useEffect(() => {
    if (!lost) return;
    // Any answer will do, so the cheapest question. The client reports that it came.
    const timer = setInterval(() => void api.GET('/health').catch(() => undefined), askAgainEvery);
    return () => clearInterval(timer);
  }, [lost]);

  return (
    <div aria-live="assertive">
      {lost && (
        <Alert color="orange" mb="md" icon={<IconPlugConnectedX aria-hidden />} title={t('lost.title')}>
          {t('lost.body')}
        </Alert>
      )}
      {data?.impersonator && (
        <Alert
          color="grape"
          mb="md"
          icon={<IconSpy aria-hidden />}
          title={t('impersonated.title', { name: data.name })}
        >
          {t('impersonated.body')}
        </Alert>
      )}
    </div>
  );
}
