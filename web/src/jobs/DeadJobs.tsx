/** What was given up, with the reason; it can be tried again, one by one or all that is shown. */
import { Card, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { deadJobs, lanes, me } from '../api/queries';
import type { Job, LaneName } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { useWrite } from '../shared/write';
import { byLane } from './requeue';
import { Subject } from './Subject';

export function DeadJobs() {
  const { t } = useTranslation(['health', 'common']);
  const { data: somebody } = useQuery(me);
  const [lane, setLane] = useState<LaneName | null>(null);
  const query = useInfiniteQuery(deadJobs(lane ?? undefined));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const requeue = useWrite({
    run: async (jobs: Job[]) => {
      let count = 0;
      for (const body of byLane(jobs))
        count += (await unwrap(api.POST('/api/v1/jobs/requeue', { body }))).requeued.length;
      return count;
    },
    changes: ['jobs'],
    done: (count) => t('requeued', { count }),
  });
  const why = may(somebody, 'jobs:write') ? undefined : t('common:noPermission');
  return (
    <Card withBorder component="section" aria-labelledby="dead">
      <Group justify="space-between" align="flex-end" mb="sm">
        <Group gap={4}>
          <Title order={2} size="h4" id="dead">
            {t('dead')}
          </Title>
          <Term name="deadLetter" />
        </Group>
        <Group align="flex-end" gap="xs">
          <Select
            label={t('lane')}
            data={lanes.map((value) => ({ value, label: t(`lane.${value}`) }))}
            value={lane}
            placeholder={t('common:any')}
            clearable
            clearButtonProps={{ 'aria-label': t('common:clear') }}
            onChange={(value) => setLane(value as LaneName | null)}
          />
          <ActionButton
            variant="default"
            why={why ?? (items.length > 0 ? undefined : t('why.noDead'))}
            loading={requeue.isPending && requeue.variables.length > 1}
            onClick={() => requeue.mutate(items)}
          >
            {t('requeueAll')}
          </ActionButton>
        </Group>
      </Group>
      <Loaded query={query} rows={3}>
        {() =>
          items.length === 0 && !query.hasNextPage ? (
            <Empty title={t('noDead')}>{t('noDeadBody')}</Empty>
          ) : (
            <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
              {items.map((job) => (
                <Card key={job.id} component="li" withBorder padding="xs">
                  <Group justify="space-between" wrap="nowrap">
                    <div style={{ minWidth: 0 }}>
                      <Subject job={job} />
                      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                        {job.reason ?? t('noReason')}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {t('givenUp', { lane: t(`lane.${job.lane}`), at: moment(job.at) })}
                      </Text>
                    </div>
                    <ActionButton
                      size="xs"
                      variant="default"
                      why={why}
                      style={{ flexShrink: 0 }}
                      onClick={() => requeue.mutate([job])}
                    >
                      {t('requeue')}
                    </ActionButton>
                  </Group>
                </Card>
              ))}
              <li>
                <More count={items.length} {...query} />
              </li>
            </Stack>
          )
        }
      </Loaded>
    </Card>
  );
}
