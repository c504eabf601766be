/** What can be done with a campaign now. What cannot is there all the same and says why. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me } from '../api/queries';
import type { Campaign, CampaignStats } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { refusal, type CampaignAction } from '../shared/can';
import { confirm } from '../shared/confirm';
import { useWrite } from '../shared/write';
import { Retarget } from './Retarget';

type Direct = 'pause' | 'resume' | 'cancel' | 'unschedule' | 'retry';

export function Actions({ campaign, stats }: { campaign: Campaign; stats?: CampaignStats }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { data: somebody } = useQuery(me);
  const navigate = useNavigate();
  const [retargeting, setRetargeting] = useState(false);
  const params = { path: { campaign_id: campaign.id } };

  const act = useWrite({
    run: async (action: Direct): Promise<void> => {
      switch (action) {
        case 'pause':
          return void (await unwrap(api.POST('/api/v1/campaigns/{campaign_id}/pause', { params })));
        case 'resume':
          return void (await unwrap(api.POST('/api/v1/campaigns/{campaign_id}/resume', { params })));
        case 'cancel':
          return void (await unwrap(api.POST('/api/v1/campaigns/{campaign_id}/cancel', { params })));
        case 'unschedule':
          return void (await unwrap(api.POST('/api/v1/campaigns/{campaign_id}/unschedule', { params })));
        case 'retry':
          return void (await unwrap(api.POST('/api/v1/campaigns/{campaign_id}/retry', { params, body: {} })));
      }
    },
    changes: ['campaigns'],
    done: (_, action) => t(`done.${action}`),
  });

  const why = (action: CampaignAction): string | undefined => {
    const reason = refusal(somebody, campaign.status, action);
    if (reason === 'permission') return t('common:noPermission');
    if (reason === 'state') return t(`why.${action}` as 'why.pause');
    if (action === 'retry' && stats?.counts.failed === 0) return t('why.noFailed');
    return undefined;
  };
  const button = (action: Direct, variant: 'filled' | 'default' = 'default') => (
    <ActionButton
      key={action}
      size="sm"
      variant={variant}
      why={why(action)}
      loading={act.isPending && act.variables === action}
      onClick={() =>
        confirm({
          title: t(`ask.${action}.title`, { count: stats?.counts.failed ?? 0 }),
          body: t(`ask.${action}.body`),
          yes: t(`action.${action}`),
          danger: action === 'cancel',
          onYes: () => act.mutate(action),
        })
      }
    >
      {t(`action.${action}`)}
    </ActionButton>
  );

  if (campaign.status === 'draft') {
    return (
      <ActionButton
        why={why('edit')}
        onClick={() =>
          void navigate({ to: '/campaigns/$campaignId/edit', params: { campaignId: campaign.id } as never })
        }
      >
        {t('action.edit')}
      </ActionButton>
    );
  }
  if (campaign.status === 'scheduled') return button('unschedule');
  return (
    <>
      {campaign.status === 'paused' ? button('resume', 'filled') : button('pause')}
      {button('cancel')}
      {button('retry')}
      <ActionButton size="sm" variant="default" why={why('retarget')} onClick={() => setRetargeting(true)}>
        {t('action.retarget')}
      </ActionButton>
      {retargeting && <Retarget campaign={campaign} onClose={() => setRetargeting(false)} />}
    </>
  );
}
