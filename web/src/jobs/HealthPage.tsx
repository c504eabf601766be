/** How the background work is: what waits and for how long, what was given up, and what people should know. */
import { Tabs } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { AlertList } from '../alerts/AlertList';
import { Page } from '../shared/Page';
import { Term } from '../shared/Term';
import { DeadJobs } from './DeadJobs';
import { FailedWebhooks } from './FailedWebhooks';
import { Lanes } from './Lanes';

const route = getRouteApi('/inside/settings/health');
const tabs = ['queue', 'webhooks', 'alerts'] as const;

export default function HealthPage() {
  const { t } = useTranslation(['health', 'common']);
  const { tab = 'queue' } = route.useSearch();
  const navigate = useNavigate();
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="job" />
        </>
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({
            to: '/settings/health',
            search: { tab: tabs.find((one) => one === next) },
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="queue">
          <Lanes />
          <DeadJobs />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <FailedWebhooks />
        </Tabs.Panel>
        <Tabs.Panel value="alerts">
          <AlertList />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
