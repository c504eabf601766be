/** Everything the pages stand on: look, language, the cache of what the server said, routes. */
import { DirectionProvider, MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { whenRestored } from './api/connection';
import { asProblem } from './api/problem';
import { whenExpired } from './api/session';
import { makeRouter } from './routes';
import { theme, variables } from './shared/theme';

function makeClient() {
  return new QueryClient({
    defaultOptions: {
      // Asked also when the browser thinks it is offline: only then the shell learns that nobody answers.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        staleTime: 10_000,
        // What was refused stays refused; only a server that is away or busy is asked again.
        retry: (count, error) => {
          const { status, offline } = asProblem(error);
          return count < 2 && (offline || status >= 500 || status === 429);
        },
      },
    },
  });
}

export function App() {
  const [client] = useState(makeClient);
  const [router] = useState(() => makeRouter(client));
  const { i18n } = useTranslation();

  useEffect(() => whenRestored(() => void client.invalidateQueries()), [client]);

  useEffect(
    () =>
      whenExpired(() => {
        const here = router.state.location;
        // Pages before the door (an invitation, say) may ask who is there without sending anybody away.
        if (here.pathname === '/sign-in') return;
        if (!router.state.matches.some((match) => match.routeId.startsWith('/inside'))) return;
        client.clear();
        void router.navigate({ to: '/sign-in', search: { return_to: here.href } });
      }),
    [client, router],
  );

  return (
    <DirectionProvider key={i18n.dir()} initialDirection={i18n.dir()}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={client}>
          <ModalsProvider>
            <Notifications position="bottom-right" />
            <RouterProvider router={router} />
          </ModalsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}
