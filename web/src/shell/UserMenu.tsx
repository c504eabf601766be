/** Who is signed in: their other organizations, their account, the way out. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me } from '../api/queries';
import { useWrite } from '../shared/write';

export function UserMenu() {
  const { t } = useTranslation();
  const { data } = useQuery(me);
  const client = useQueryClient();
  const navigate = useNavigate();

  const signOut = useWrite({
    run: () => unwrap(api.POST('/api/v1/auth/logout')),
    changes: [],
    onDone: () => {
      client.clear();
      void navigate({ to: '/sign-in', search: {} });
    },
  });
  const change = useWrite({
    run: (organization_id: string) => unwrap(api.POST('/api/v1/auth/refresh', { body: { organization_id } })),
    changes: [],
    onDone: () => {
      // Nothing of the other organization may be left on the screen.
      client.clear();
      window.location.assign('/');
    },
  });

  const others = data?.memberships.filter((place) => place.organization_id !== data.organization_id) ?? [];
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('user.menu', { name: data?.name ?? '' })}
        >
          <IconUser size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{data?.email}</Menu.Label>
        {others.map((place) => (
          <Menu.Item
            key={place.organization_id}
            disabled={place.status !== 'active'}
            onClick={() => change.mutate(place.organization_id)}
          >
            {t('user.changeTo', { name: place.name })}
          </Menu.Item>
        ))}
        <Menu.Item component={Link} to="/settings/account">
          {t('nav.account')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate(undefined)}>{t('user.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
