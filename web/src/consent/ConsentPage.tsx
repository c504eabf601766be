/** What people said about messages: the rules by which it is heard, who must be left alone, and every word of it. */
import { Tabs } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { Page } from '../shared/Page';
import { Term } from '../shared/Term';
import { Ledger } from './Ledger';
import { Rules } from './Rules';
import { SuppressionList } from './SuppressionList';

const route = getRouteApi('/inside/settings/consent');
const tabs = ['rules', 'suppressions', 'ledger'] as const;

export default function ConsentPage() {
  const { t } = useTranslation(['consent', 'common']);
  const { tab = 'rules' } = route.useSearch();
  const navigate = useNavigate();
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="consent" />
        </>
      }
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({
            to: '/settings/consent',
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
        <Tabs.Panel value="rules">
          <Rules />
        </Tabs.Panel>
        <Tabs.Panel value="suppressions">
          <SuppressionList />
        </Tabs.Panel>
        <Tabs.Panel value="ledger">
          <Ledger />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
