/** What WhatsApp told us and we could not make sense of. The bytes are kept, so it can be tried again. */
import { Card, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { failedWebhooks, me } from '../api/queries';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { bytes, moment } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';

export function FailedWebhooks() {
  const { t } = useTranslation(['health', 'common']);
  const { data: somebody } = useQuery(me);
  const query = useInfiniteQuery(failedWebhooks);
  const replay = useWrite({
    run: (webhook_event_id: string) =>
      unwrap(
        api.POST('/api/v1/failed-webhooks/{webhook_event_id}/replay', {
          params: { path: { webhook_event_id } },
        }),
      ),
    changes: ['failed-webhooks'],
    done: () => t('webhookReplayed'),
  });
  const why = may(somebody, 'jobs:write') ? undefined : t('common:noPermission');
  return (
    <Stack gap="xs">
      <Text c="dimmed">
        {t('webhooksAbout')} <Term name="webhook" />
      </Text>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('noWebhooks')}>{t('noWebhooksBody')}</Empty>;
          return (
            <>
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((one) => (
                  <Card key={one.id} component="li" withBorder padding="sm">
                    <Group justify="space-between" wrap="nowrap">
                      <div style={{ minWidth: 0 }}>
                        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
                          {one.note ?? t('noReason')}
                        </Text>
                        <Text size="sm" c="dimmed">
                          {moment(one.received_at)} · {bytes(one.bytes)}
                        </Text>
                      </div>
                      <ActionButton
                        size="xs"
                        variant="default"
                        why={why}
                        style={{ flexShrink: 0 }}
                        loading={replay.isPending && replay.variables === one.id}
                        onClick={() => replay.mutate(one.id)}
                      >
                        {t('requeue')}
                      </ActionButton>
                    </Group>
                  </Card>
                ))}
              </Stack>
              <More count={items.length} {...query} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}
