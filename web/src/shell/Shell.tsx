/** The frame around every page of somebody who is signed in. */
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import { organization } from '../api/queries';
import { Banners } from './Banners';
import { LanguageMenu, ThemeButton } from './Looks';
import { Nav } from './Nav';
import { UserMenu } from './UserMenu';

export function Shell() {
  const { t } = useTranslation();
  const [open, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { data } = useQuery(organization);

  // On a phone the navigation covers the page; whoever chose something wants to see it.
  useEffect(close, [path, close]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#content">
        {t('skip')}
      </a>
      {/* Not the page's banner: dialogs have a header of their own, and there may be only one. */}
      <AppShell.Header component="section" aria-label={t('nav.top')}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('nav.toggle')}
              aria-expanded={open}
            />
            <img src="/bellbird.svg" alt="" width={28} height={28} />
            <Text fw={700} visibleFrom="xs">
              Bellbird
            </Text>
            <Text c="dimmed" truncate data-testid="organization">
              {data?.name}
            </Text>
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <ThemeButton />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="div" style={{ overflowY: 'auto' }}>
        <Nav />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
        <Banners />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
