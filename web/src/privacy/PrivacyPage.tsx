/** How long what is kept, what was deleted when, and who was forgotten. */
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { Page } from '../shared/Page';
import { Term } from '../shared/Term';
import { Erasures } from './Erasures';
import { RetentionForm } from './RetentionForm';
import { RetentionRuns } from './RetentionRuns';

const route = getRouteApi('/inside/settings/privacy');
const tabs = ['retention', 'erasures'] as const;

export default function PrivacyPage() {
  const { t } = useTranslation(['privacy', 'common']);
  const { tab = 'retention' } = route.useSearch();
  const navigate = useNavigate();
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="retention" />
        </>
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({
            to: '/settings/privacy',
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
        <Tabs.Panel value="retention">
          <RetentionForm />
          <RetentionRuns />
        </Tabs.Panel>
        <Tabs.Panel value="erasures">
          <Erasures />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
