/** A campaign's numbers as they change: the stream's snapshots, written into the cache the page reads from. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { campaign, campaignStats } from '../api/queries';
import { readStream } from '../api/stream';
import type { Campaign, CampaignSnapshot, CampaignStats, CampaignStatus } from '../api/types';
import { isLive } from '../shared/can';

/** Whether the reasons, which snapshots do not have, should be asked for again. */
export function reasonsChanged(before: CampaignSnapshot | undefined, after: CampaignSnapshot): boolean {
  const keys = ['failed', 'skipped', 'held', 'unknown', 'opted_out', 'cancelled'] as const;
  return !before || keys.some((key) => before.counts[key] !== after.counts[key]);
}

/**
 * Follows a campaign while it runs, and for as long after its end as messages are still delivered and read. `recent`:
 * its end was a moment ago. Whether the line is open is returned.
 */
export function useLiveCampaign(id: string, status: CampaignStatus | undefined, recent: boolean): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  const follow = status !== undefined && (isLive(status) || recent);

  useEffect(() => {
    if (!follow) return;
    const controller = new AbortController();
    let before: CampaignSnapshot | undefined;
    let asked = 0;
    void readStream(
      `/api/v1/campaigns/${id}/events`,
      controller.signal,
      ({ data }) => {
        const snapshot = JSON.parse(data) as CampaignSnapshot;
        client.setQueryData<CampaignStats>(campaignStats(id).queryKey, (old) => ({
          reasons: [],
          ...old,
          ...snapshot,
        }));
        // Reasons at most once in two seconds, and once more at the end.
        const over = !isLive(snapshot.status);
        if (reasonsChanged(before, snapshot) && (over || Date.now() - asked > 2_000)) {
          asked = Date.now();
          void client.invalidateQueries({ queryKey: campaignStats(id).queryKey });
        }
        const known = client.getQueryData<Campaign>(campaign(id).queryKey);
        if (known && known.status !== snapshot.status) {
          void client.invalidateQueries({ queryKey: campaign(id).queryKey, exact: true });
          void client.invalidateQueries({ queryKey: ['campaigns', 'list'] });
        }
        before = snapshot;
        return true;
      },
      setLive,
    );
    return () => controller.abort();
  }, [client, id, follow]);

  return live;
}
