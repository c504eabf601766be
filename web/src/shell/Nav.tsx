/** The pages somebody may open, what is used every day first. What is not theirs to see is not here. */
import { NavLink, Text } from '@mantine/core';
import {
  IconAddressBook,
  IconClockHour4,
  IconDeviceMobileMessage,
  IconHeartbeat,
  IconHistory,
  IconHome,
  IconKey,
  IconShieldLock,
  IconSpeakerphone,
  IconTemplate,
  IconThumbUp,
  IconUserCircle,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { me } from '../api/queries';
import type { Permission } from '../api/types';
import { may } from '../shared/can';

interface Place {
  to: string;
  word: string;
  icon: typeof IconHome;
  needs?: Permission;
}

const groups = [
  {
    name: 'everyday',
    places: [
      { to: '/', word: 'nav.dashboard', icon: IconHome },
      { to: '/campaigns', word: 'nav.campaigns', icon: IconSpeakerphone, needs: 'campaigns:read' },
      { to: '/customers', word: 'nav.customers', icon: IconAddressBook, needs: 'customers:read' },
      { to: '/templates', word: 'nav.templates', icon: IconTemplate, needs: 'templates:read' },
      { to: '/senders', word: 'nav.senders', icon: IconDeviceMobileMessage, needs: 'senders:read' },
    ],
  },
  {
    name: 'rules',
    places: [
      { to: '/settings/policy', word: 'nav.policy', icon: IconClockHour4, needs: 'organization:read' },
      { to: '/settings/consent', word: 'nav.consent', icon: IconThumbUp, needs: 'customers:read' },
      { to: '/settings/privacy', word: 'nav.privacy', icon: IconShieldLock, needs: 'organization:read' },
    ],
  },
  {
    name: 'technical',
    places: [
      {
        to: '/settings/subscriptions',
        word: 'nav.subscriptions',
        icon: IconWebhook,
        needs: 'subscriptions:read',
      },
      { to: '/settings/health', word: 'nav.health', icon: IconHeartbeat, needs: 'jobs:read' },
      { to: '/settings/keys', word: 'nav.keys', icon: IconKey, needs: 'keys:read' },
    ],
  },
  {
    name: 'people',
    places: [
      { to: '/settings/team', word: 'nav.team', icon: IconUsers, needs: 'members:read' },
      { to: '/settings/audit', word: 'nav.audit', icon: IconHistory, needs: 'audit:read' },
      { to: '/settings/account', word: 'nav.account', icon: IconUserCircle },
    ],
  },
] as const satisfies readonly { name: string; places: readonly Place[] }[];

export function Nav() {
  const { t } = useTranslation();
  const { data } = useQuery(me);
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav aria-label={t('nav.label')}>
      {groups.map(({ name, places }) => {
        const open = places.filter((place) => !('needs' in place) || may(data, place.needs));
        if (open.length === 0) return null;
        return (
          <div key={name} role="group" aria-labelledby={`nav-${name}`}>
            <Text id={`nav-${name}`} size="xs" c="dimmed" fw={600} px="sm" pt="sm" pb={2}>
              {t(`nav.group.${name}`)}
            </Text>
            {open.map(({ to, word, icon: Icon }) => {
              const here = to === '/' ? path === '/' : path.startsWith(to);
              return (
                <NavLink
                  key={to}
                  component={Link}
                  to={to}
                  label={t(word)}
                  leftSection={<Icon size={18} aria-hidden />}
                  active={here}
                  aria-current={here ? 'page' : undefined}
                  variant="light"
                />
              );
            })}
          </div>
        );
      })}
    </nav>
  );
}
