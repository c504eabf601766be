/** The pages somebody may open. What is not built yet, or not theirs to see, is not here. */
import { NavLink } from '@mantine/core';
import {
  IconAddressBook,
  IconClockHour4,
  IconDeviceMobileMessage,
  IconHome,
  IconKey,
  IconSpeakerphone,
  IconTemplate,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { me } from '../api/queries';
import type { Permission } from '../api/types';
import { may } from '../shared/can';

const places = [
  { to: '/', word: 'nav.dashboard', icon: IconHome },
  { to: '/campaigns', word: 'nav.campaigns', icon: IconSpeakerphone, needs: 'campaigns:read' },
  { to: '/customers', word: 'nav.customers', icon: IconAddressBook, needs: 'customers:read' },
  { to: '/templates', word: 'nav.templates', icon: IconTemplate, needs: 'templates:read' },
  { to: '/senders', word: 'nav.senders', icon: IconDeviceMobileMessage, needs: 'senders:read' },
  { to: '/settings/policy', word: 'nav.policy', icon: IconClockHour4, needs: 'organization:read' },
  { to: '/settings/team', word: 'nav.team', icon: IconUsers, needs: 'members:read' },
  { to: '/settings/keys', word: 'nav.keys', icon: IconKey, needs: 'keys:read' },
  { to: '/settings/account', word: 'nav.account', icon: IconUserCircle },
] as const satisfies readonly { to: string; word: string; icon: typeof IconHome; needs?: Permission }[];

export function Nav() {
  const { t } = useTranslation();
  const { data } = useQuery(me);
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav aria-label={t('nav.label')}>
      {places
        .filter((place) => !('needs' in place) || may(data, place.needs))
        .map(({ to, word, icon: Icon }) => {
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
    </nav>
  );
}
