/** A new campaign, step by step. */
import { useTranslation } from 'react-i18next';

import { browserZone } from '../../shared/format';
import { Page } from '../../shared/Page';
import { emptyValues } from './draft';
import { Wizard } from './Wizard';

export default function NewCampaignPage() {
  const { t } = useTranslation(['wizard', 'common']);
  return (
    <Page title={t('title')} about={t('about')}>
      <Wizard name="new" initial={emptyValues(browserZone())} />
    </Page>
  );
}
