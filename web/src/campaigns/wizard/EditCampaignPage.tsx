/** A draft, opened again. */
import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { campaign } from '../../api/queries';
import { browserZone } from '../../shared/format';
import { Page } from '../../shared/Page';
import { Loaded } from '../../shared/states';
import { fromCampaign } from './draft';
import { Wizard } from './Wizard';

export default function EditCampaignPage() {
  const { t } = useTranslation(['wizard', 'common']);
  const { campaignId } = useParams({ strict: false }) as { campaignId: string };
  const query = useQuery(campaign(campaignId));
  return (
    <Loaded query={query}>
      {(found) => (
        <Page title={t('editTitle', { name: found.name })} about={t('about')}>
          {found.status === 'draft' ? (
            <Wizard
              key={found.id}
              name={found.id}
              initial={fromCampaign(found, browserZone())}
              draft={found}
            />
          ) : (
            <Alert color="yellow">{t('notDraft')}</Alert>
          )}
        </Page>
      )}
    </Loaded>
  );
}
