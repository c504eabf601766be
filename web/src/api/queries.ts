/** The reads of the console, each once: its key, and how it is asked. Writes invalidate by the first word of the key. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { asProblem, unwrap } from './problem';
import type {
  CampaignStatus,
  ConsentState,
  DeliveryState,
  EventType,
  JobState,
  LaneName,
  MessageStatus,
} from './types';

export const me = queryOptions({
  queryKey: ['me'],
  queryFn: () => unwrap(api.GET('/api/v1/auth/me')),
  staleTime: 60_000,
});

export const organization = queryOptions({
  queryKey: ['organization'],
  queryFn: () => unwrap(api.GET('/api/v1/organization')),
  staleTime: 60_000,
});

export const usage = queryOptions({
  queryKey: ['organization', 'usage'],
  queryFn: () => unwrap(api.GET('/api/v1/organization/usage')),
});

export const senders = queryOptions({
  queryKey: ['senders'],
  queryFn: () => unwrap(api.GET('/api/v1/senders', { params: { query: { limit: 200 } } })),
});

export const portfolios = queryOptions({
  queryKey: ['senders', 'portfolios'],
  queryFn: () => unwrap(api.GET('/api/v1/portfolios')),
});

export const openAlerts = queryOptions({
  queryKey: ['alerts'],
  queryFn: () => unwrap(api.GET('/api/v1/alerts', { params: { query: { acknowledged: false, limit: 50 } } })),
});

export const alerts = (acknowledged?: boolean) =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'list', acknowledged ?? 'all'],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/alerts', { params: { query: { acknowledged, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const templates = queryOptions({
  queryKey: ['templates'],
  queryFn: () => unwrap(api.GET('/api/v1/templates', { params: { query: { limit: 200 } } })),
});

export const templateSyncs = queryOptions({
  queryKey: ['templates', 'syncs'],
  queryFn: () => unwrap(api.GET('/api/v1/templates/sync')),
});

export const template = (template_id: string) =>
  queryOptions({
    queryKey: ['templates', template_id],
    queryFn: () => unwrap(api.GET('/api/v1/templates/{template_id}', { params: { path: { template_id } } })),
  });

export const campaigns = (status?: CampaignStatus) =>
  infiniteQueryOptions({
    queryKey: ['campaigns', 'list', status ?? 'all'],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/campaigns', { params: { query: { status, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

const calendarPages = 5;

/** The list has no dates to ask for, so the newest are taken, and everything that is scheduled however old. */
export const calendar = queryOptions({
  queryKey: ['campaigns', 'calendar'],
  queryFn: async () => {
    const page = (cursor?: string, status?: CampaignStatus) =>
      unwrap(api.GET('/api/v1/campaigns', { params: { query: { status, cursor, limit: 200 } } }));
    let next = await page();
    const items = new Map(next.items.map((one) => [one.id, one]));
    for (let count = 1; next.next_cursor && count < calendarPages; count += 1) {
      next = await page(next.next_cursor);
      for (const one of next.items) items.set(one.id, one);
    }
    const all = !next.next_cursor;
    if (!all) for (const one of (await page(undefined, 'scheduled')).items) items.set(one.id, one);
    return { items: [...items.values()], all };
  },
});

export const campaign = (campaign_id: string) =>
  queryOptions({
    queryKey: ['campaigns', campaign_id],
    queryFn: () => unwrap(api.GET('/api/v1/campaigns/{campaign_id}', { params: { path: { campaign_id } } })),
  });

export const campaignStats = (campaign_id: string) =>
  queryOptions({
    queryKey: ['campaigns', campaign_id, 'stats'],
    queryFn: () =>
      unwrap(api.GET('/api/v1/campaigns/{campaign_id}/stats', { params: { path: { campaign_id } } })),
  });

export const campaignCost = (campaign_id: string) =>
  queryOptions({
    queryKey: ['campaigns', campaign_id, 'cost'],
    queryFn: () =>
      unwrap(api.GET('/api/v1/campaigns/{campaign_id}/cost', { params: { path: { campaign_id } } })),
  });

/** `null` when nobody has asked since the draft last changed. */
export const approval = (campaign_id: string) =>
  queryOptions({
    queryKey: ['campaigns', campaign_id, 'approval'],
    queryFn: async () => {
      try {
        return await unwrap(
          api.GET('/api/v1/campaigns/{campaign_id}/approval', { params: { path: { campaign_id } } }),
        );
      } catch (thrown) {
        if (asProblem(thrown).status === 404) return null;
        throw thrown;
      }
    },
  });

export const recipients = (campaign_id: string, status: MessageStatus[]) =>
  infiniteQueryOptions({
    queryKey: ['campaigns', campaign_id, 'recipients', status],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/campaigns/{campaign_id}/recipients', {
          params: { path: { campaign_id }, query: { status, cursor: pageParam, limit: 200 } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export interface CustomerFilter {
  search?: string;
  tag?: string;
  marketing_consent?: ConsentState;
}

export const customers = (filter: CustomerFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ['customers', 'list', filter, limit],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/customers', { params: { query: { ...filter, cursor: pageParam, limit } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const customer = (customer_id: string) =>
  queryOptions({
    queryKey: ['customers', customer_id],
    queryFn: () => unwrap(api.GET('/api/v1/customers/{customer_id}', { params: { path: { customer_id } } })),
  });

export const customerConsent = (customer_id: string) =>
  infiniteQueryOptions({
    queryKey: ['customers', customer_id, 'consent'],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/customers/{customer_id}/consent', {
          params: { path: { customer_id }, query: { cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const importState = (import_id: string) =>
  queryOptions({
    queryKey: ['imports', import_id],
    queryFn: () => unwrap(api.GET('/api/v1/imports/{import_id}', { params: { path: { import_id } } })),
  });

export const importPreview = (import_id: string) =>
  queryOptions({
    queryKey: ['imports', import_id, 'preview'],
    queryFn: () =>
      unwrap(api.GET('/api/v1/imports/{import_id}/preview', { params: { path: { import_id } } })),
  });

export const sendingPolicy = queryOptions({
  queryKey: ['sending-policy'],
  queryFn: () => unwrap(api.GET('/api/v1/sending-policy')),
});

export const apiKeys = queryOptions({
  queryKey: ['api-keys'],
  queryFn: () => unwrap(api.GET('/api/v1/api-keys', { params: { query: { limit: 200 } } })),
});

export const members = queryOptions({
  queryKey: ['members'],
  queryFn: () => unwrap(api.GET('/api/v1/members')),
});

export const invitations = queryOptions({
  queryKey: ['members', 'invitations'],
  queryFn: () => unwrap(api.GET('/api/v1/invitations', { params: { query: { limit: 200 } } })),
});

export const sessions = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => unwrap(api.GET('/api/v1/auth/sessions')),
});

export const eventTypes = queryOptions({
  queryKey: ['event-types'],
  queryFn: () => unwrap(api.GET('/api/v1/event-types')),
  staleTime: Infinity,
});

export const subscriptions = infiniteQueryOptions({
  queryKey: ['subscriptions', 'list'],
  queryFn: ({ pageParam }) =>
    unwrap(api.GET('/api/v1/subscriptions', { params: { query: { cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor,
});

export const subscription = (subscription_id: string) =>
  queryOptions({
    queryKey: ['subscriptions', subscription_id],
    queryFn: () =>
      unwrap(api.GET('/api/v1/subscriptions/{subscription_id}', { params: { path: { subscription_id } } })),
  });

export interface DeliveryFilter {
  state?: DeliveryState;
  type?: EventType;
}

export const deliveries = (subscription_id: string, filter: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ['subscriptions', subscription_id, 'deliveries', filter],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/subscriptions/{subscription_id}/deliveries', {
          params: { path: { subscription_id }, query: { ...filter, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const delivery = (subscription_id: string, event_id: string) =>
  queryOptions({
    queryKey: ['subscriptions', subscription_id, 'delivery', event_id],
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/subscriptions/{subscription_id}/deliveries/{event_id}', {
          params: { path: { subscription_id, event_id } },
        }),
      ),
  });

export const lanes: LaneName[] = ['interactive', 'bulk', 'inbound', 'maintenance'];

interface Depth {
  count: number;
  /** Whether there are more than were counted. */
  more: boolean;
}

export interface LaneState extends Record<JobState, Depth> {
  lane: LaneName;
  /** Since when the longest waiting job could be done. */
  oldest?: string;
}

/** The API lists jobs and tells no numbers, so a page of each state is counted. */
export const lane = (name: LaneName) =>
  queryOptions({
    queryKey: ['jobs', 'lane', name],
    queryFn: async (): Promise<LaneState> => {
      const page = (state: JobState) =>
        unwrap(api.GET('/api/v1/jobs', { params: { query: { lane: name, state, limit: 200 } } }));
      const [ready, delayed, leased, dead] = await Promise.all([
        page('ready'),
        page('delayed'),
        page('leased'),
        page('dead'),
      ]);
      const depth = (jobs: typeof ready): Depth => ({
        count: jobs.items.length,
        more: jobs.next_cursor !== undefined,
      });
      return {
        lane: name,
        ready: depth(ready),
        delayed: depth(delayed),
        leased: depth(leased),
        dead: depth(dead),
        oldest: ready.items[0]?.at,
      };
    },
  });

export const deadJobs = (name?: LaneName) =>
  infiniteQueryOptions({
    queryKey: ['jobs', 'dead', name ?? 'all'],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/v1/jobs', { params: { query: { state: 'dead', lane: name, cursor: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const failedWebhooks = infiniteQueryOptions({
  queryKey: ['failed-webhooks'],
  queryFn: ({ pageParam }) =>
    unwrap(api.GET('/api/v1/failed-webhooks', { params: { query: { cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor,
});

export interface AuditFilter {
  actor?: string;
  action?: string;
  subject?: string;
  from?: string;
  to?: string;
}

export const auditEvents = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit-events', filter],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/audit-events', { params: { query: { ...filter, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const consentSettings = queryOptions({
  queryKey: ['consent-settings'],
  queryFn: () => unwrap(api.GET('/api/v1/consent-settings')),
});

type Purpose = 'marketing' | 'utility';

export const suppressions = (filter: { purpose?: Purpose; removed?: boolean }) =>
  infiniteQueryOptions({
    queryKey: ['suppressions', filter],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/suppressions', { params: { query: { ...filter, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

/** Asked by POST, so that no number stands in an address, and forgotten with the page. */
export const suppressionCheck = (phone: string) =>
  queryOptions({
    queryKey: ['suppressions', 'check', phone],
    queryFn: () => unwrap(api.POST('/api/v1/suppressions/check', { body: { phone } })),
    gcTime: 0,
  });

export const consentEvents = (filter: { purpose?: Purpose; state?: ConsentState }) =>
  infiniteQueryOptions({
    queryKey: ['consent-events', filter],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/api/v1/consent-events', { params: { query: { ...filter, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor,
  });

export const retention = queryOptions({
  queryKey: ['retention'],
  queryFn: () => unwrap(api.GET('/api/v1/organization/retention')),
});

export const retentionRuns = infiniteQueryOptions({
  queryKey: ['retention', 'runs'],
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET('/api/v1/organization/retention/runs', { params: { query: { cursor: pageParam, limit: 20 } } }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor,
});

export const erasures = infiniteQueryOptions({
  queryKey: ['erasures', 'list'],
  queryFn: ({ pageParam }) =>
    unwrap(api.GET('/api/v1/erasures', { params: { query: { cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor,
});

export const erasure = (erasure_id: string) =>
  queryOptions({
    queryKey: ['erasures', erasure_id],
    queryFn: () => unwrap(api.GET('/api/v1/erasures/{erasure_id}', { params: { path: { erasure_id } } })),
  });
