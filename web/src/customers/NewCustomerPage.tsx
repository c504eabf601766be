/** One person, by hand. */
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { Page } from '../shared/Page';
import { CustomerForm } from './CustomerForm';

export default function NewCustomerPage() {
  const { t } = useTranslation(['customers', 'common']);
  const navigate = useNavigate();
  return (
    <Page title={t('add')} about={t('addAbout')}>
      <CustomerForm
        onDone={(stored) =>
          void navigate({ to: '/customers/$customerId', params: { customerId: stored.id } as never })
        }
      />
    </Page>
  );
}
