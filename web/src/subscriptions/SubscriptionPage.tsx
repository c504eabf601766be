/** One subscription: whether it is posted to and why not, what it is told, and what became of every event. */
import { Alert, Badge, Card, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { subscription } from '../api/queries';
import type { Subscription } from '../api/types';
import { Facts } from '../shared/Facts';
import { isPast, moment } from '../shared/format';
import { Page } from '../shared/Page';
import { ShownOnce } from '../shared/ShownOnce';
import { Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { Actions } from './Actions';
import { EnabledBadge } from './badges';
import { Deliveries } from './Deliveries';

export default function SubscriptionPage() {
  const { subscriptionId } = useParams({ strict: false }) as { subscriptionId: string };
  const query = useQuery(subscription(subscriptionId));
  return <Loaded query={query}>{(found) => <Detail found={found} />}</Loaded>;
}

function Detail({ found }: { found: Subscription }) {
  const { t } = useTranslation(['subscriptions', 'common']);
  const [fresh, setFresh] = useState<string>();
  const overlap =
    found.previous_secret_expires_at && !isPast(found.previous_secret_expires_at)
      ? moment(found.previous_secret_expires_at)
      : undefined;
  return (
    <Page
      title={found.description ?? found.url}
      about={
        <Group gap="xs" mt={4}>
          <EnabledBadge subscription={found} />
          <Text span style={{ overflowWrap: 'anywhere' }} dir="ltr">
            {found.url}
          </Text>
        </Group>
      }
      actions={<Actions subscription={found} onSecret={setFresh} />}
    >
      {fresh && (
        <ShownOnce
          title={t('secretOnce')}
          text={fresh}
          testId="new-secret"
          onSeen={() => setFresh(undefined)}
        />
      )}
      {!found.enabled && found.disabled_reason && (
        <Alert color="red" title={t('offBecause')}>
          {found.disabled_reason}
        </Alert>
      )}
      {found.enabled && found.failing_since && (
        <Alert color="yellow" title={t('failingSince', { at: moment(found.failing_since) })}>
          {t('failingBody')}
        </Alert>
      )}
      <Card withBorder component="section" aria-labelledby="about-it">
        <Group gap={4} mb="xs">
          <Title order={2} size="h4" id="about-it">
            {t('aboutIt')}
          </Title>
          <Term name="secret" />
        </Group>
        <Facts
          facts={[
            [t('fact.added'), moment(found.created_at)],
            [t('fact.off'), found.disabled_at && moment(found.disabled_at)],
            [t('fact.rotated'), found.rotated_at && moment(found.rotated_at)],
            [t('fact.overlap'), overlap],
          ]}
        />
        <Text size="sm" c="dimmed" mt="sm" id="told">
          {t('types')}
        </Text>
        <Group gap={6} component="ul" p={0} m={0} mt={4} aria-labelledby="told" style={{ listStyle: 'none' }}>
          {found.event_types.map((type) => (
            <Badge component="li" key={type} variant="default" tt="none" title={type}>
              {t(`event.${type}`, { defaultValue: type })}
            </Badge>
          ))}
        </Group>
      </Card>
      <Deliveries subscription={found} />
    </Page>
  );
}
