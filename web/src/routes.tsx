/** Every address of the console. Pages are loaded when they are first opened, so the first visit stays small. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';

import { asProblem } from './api/problem';
import { me } from './api/queries';
import type { CampaignStatus, ConsentState } from './api/types';
import { withLaterTexts } from './shared/i18n';
import { Loading } from './shared/states';
import { Crash, NotFound } from './shell/Crash';
import { Shell } from './shell/Shell';

interface Context {
  client: QueryClient;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const oneOf = <T extends string>(value: unknown, words: readonly T[]): T | undefined =>
  words.find((word) => word === value);

/** Only addresses of our own: `//evil.example` and `https://…` would lead away. */
export function safeReturn(value: unknown): string | undefined {
  const path = text(value);
  return path?.startsWith('/') && !/^\/[/\\]/.test(path) ? path : undefined;
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound });

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(me);
    } catch (thrown) {
      if (asProblem(thrown).status !== 401) throw thrown;
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { return_to: location.href } });
    }
  },
});

const door = {
  validateSearch: (search: Record<string, unknown>): { return_to?: string } => ({
    return_to: safeReturn(search.return_to),
  }),
};

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    ...door,
    component: lazyRouteComponent(() => import('./identity/SignInPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-up',
    ...door,
    component: lazyRouteComponent(() => import('./identity/SignUpPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/confirm-email',
    ...door,
    component: lazyRouteComponent(() => import('./identity/ConfirmEmailPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/reset-password',
    ...door,
    component: lazyRouteComponent(() => import('./identity/ResetPasswordPage')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/accept-invitation',
    ...door,
    component: lazyRouteComponent(() => import('./identity/InvitationPage')),
  }),
  inside.addChildren([
    createRoute({
      getParentRoute: () => inside,
      path: '/',
      component: lazyRouteComponent(() => import('./dashboard/DashboardPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/campaigns',
      validateSearch: (search): { status?: CampaignStatus } => ({
        status: text(search.status) as CampaignStatus | undefined,
      }),
      component: lazyRouteComponent(() => import('./campaigns/CampaignsPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/campaigns/new',
      component: lazyRouteComponent(() => import('./campaigns/wizard/NewCampaignPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/campaigns/calendar',
      validateSearch: (search): { month?: string } => ({ month: text(search.month) }),
      component: lazyRouteComponent(() => withLaterTexts(import('./campaigns/calendar/CalendarPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/campaigns/$campaignId',
      component: lazyRouteComponent(() => import('./campaigns/CampaignPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/campaigns/$campaignId/edit',
      component: lazyRouteComponent(() => import('./campaigns/wizard/EditCampaignPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/customers',
      validateSearch: (search): { search?: string; tag?: string; consent?: ConsentState } => ({
        search: text(search.search),
        tag: text(search.tag),
        consent: text(search.consent) as ConsentState | undefined,
      }),
      component: lazyRouteComponent(() => import('./customers/CustomersPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/customers/new',
      component: lazyRouteComponent(() => import('./customers/NewCustomerPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/customers/import',
      component: lazyRouteComponent(() => import('./customers/imports/UploadPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/customers/import/$importId',
      component: lazyRouteComponent(() => import('./customers/imports/ImportPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/customers/$customerId',
      component: lazyRouteComponent(() => import('./customers/CustomerPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/templates',
      component: lazyRouteComponent(() => import('./templates/TemplatesPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/templates/new',
      component: lazyRouteComponent(() => withLaterTexts(import('./templates/editor/EditorPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/templates/$templateId',
      component: lazyRouteComponent(() => import('./templates/TemplatePage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/senders',
      component: lazyRouteComponent(() => import('./senders/SendersPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/senders/new',
      component: lazyRouteComponent(() => import('./senders/ConnectPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/policy',
      component: lazyRouteComponent(() => import('./settings/PolicyPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/consent',
      validateSearch: (search): { tab?: 'rules' | 'suppressions' | 'ledger' } => ({
        tab: oneOf(search.tab, ['rules', 'suppressions', 'ledger']),
      }),
      component: lazyRouteComponent(() => withLaterTexts(import('./consent/ConsentPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/privacy',
      validateSearch: (search): { tab?: 'retention' | 'erasures' } => ({
        tab: oneOf(search.tab, ['retention', 'erasures']),
      }),
      component: lazyRouteComponent(() => withLaterTexts(import('./privacy/PrivacyPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/subscriptions',
      component: lazyRouteComponent(() => withLaterTexts(import('./subscriptions/SubscriptionsPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/subscriptions/$subscriptionId',
      component: lazyRouteComponent(() => withLaterTexts(import('./subscriptions/SubscriptionPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/health',
      validateSearch: (search): { tab?: 'queue' | 'webhooks' | 'alerts' } => ({
        tab: oneOf(search.tab, ['queue', 'webhooks', 'alerts']),
      }),
      component: lazyRouteComponent(() => withLaterTexts(import('./jobs/HealthPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/audit',
      validateSearch: (search): Partial<Record<'actor' | 'action' | 'subject' | 'from' | 'to', string>> => ({
        actor: text(search.actor),
        action: text(search.action),
        subject: text(search.subject),
        from: text(search.from),
        to: text(search.to),
      }),
      component: lazyRouteComponent(() => withLaterTexts(import('./audit/AuditPage'))),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/keys',
      component: lazyRouteComponent(() => import('./settings/KeysPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/team',
      component: lazyRouteComponent(() => import('./settings/TeamPage')),
    }),
    createRoute({
      getParentRoute: () => inside,
      path: '/settings/account',
      component: lazyRouteComponent(() => import('./settings/AccountPage')),
    }),
  ]),
] as const;

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren(routes),
    context: { client },
    defaultErrorComponent: Crash,
    defaultPendingComponent: () => <Loading />,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
