/** The reads of the console, each once: its key, and how it is asked. Writes invalidate by the first word of the key. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api } from './client';
import { unwrap } from './problem';
import type { CampaignStatus, ConsentState, DeliveryState, EventType, MessageStatus } from './types';

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
