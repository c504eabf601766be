/** Where other programs are told what happens here: one address each, newest first. */
import { Anchor, Card, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { me, subscriptions } from '../api/queries';
import type { Subscription } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Page } from '../shared/Page';
import { ShownOnce } from '../shared/ShownOnce';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { EnabledBadge } from './badges';
import { SubscriptionForm } from './SubscriptionForm';

export default function SubscriptionsPage() {
  const { t } = useTranslation(['subscriptions', 'common']);
  const query = useInfiniteQuery(subscriptions);
  const { data: somebody } = useQuery(me);
  const [adding, { open, close }] = useDisclosure(false);
  const [fresh, setFresh] = useState<string>();
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="subscription" />
        </>
      }
      actions={
        <ActionButton
          why={may(somebody, 'subscriptions:write') ? undefined : t('common:noPermission')}
          onClick={open}
        >
          {t('add')}
        </ActionButton>
      }
    >
      {fresh && (
        <ShownOnce
          title={t('secretOnce')}
          text={fresh}
          testId="new-secret"
          onSeen={() => setFresh(undefined)}
        />
      )}
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('none')}>{t('noneBody')}</Empty>;
          return (
            <Stack gap="xs">
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((item) => (
                  <Row key={item.id} item={item} />
                ))}
              </Stack>
              <More count={items.length} {...query} />
            </Stack>
          );
        }}
      </Loaded>
      {adding && <SubscriptionForm onClose={close} onSecret={setFresh} />}
    </Page>
  );
}

function Row({ item }: { item: Subscription }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Anchor
            component={Link}
            to="/settings/subscriptions/$subscriptionId"
            params={{ subscriptionId: item.id } as never}
            fw={600}
            style={{ overflowWrap: 'anywhere' }}
          >
            {item.description ?? item.url}
          </Anchor>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {item.description && `${item.url} · `}
            {t('events', { count: item.event_types.length })}
          </Text>
          {item.failing_since && item.enabled && (
            <Text size="sm">⚠ {t('failingSince', { at: moment(item.failing_since) })}</Text>
          )}
        </div>
        <EnabledBadge subscription={item} />
      </Group>
    </Card>
  );
}
