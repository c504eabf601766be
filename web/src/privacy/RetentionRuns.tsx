/** Every time the retention policy was applied, or only counted: when, by whom, and how many rows. */
import { Badge, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { retentionRuns } from '../api/queries';
import type { RetentionRun } from '../api/types';
import { moment, number } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { WideTable } from '../shared/WideTable';

const counts = ['messages', 'recipients', 'media', 'webhooks'] as const;

export function RetentionRuns() {
  const { t } = useTranslation(['privacy', 'common']);
  const query = useInfiniteQuery({
    ...retentionRuns,
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some((run) => run.status === 'running') ? 1_500 : false,
  });
  return (
    <Card withBorder component="section" aria-labelledby="runs" mt="lg">
      <Title order={2} size="h4" id="runs" mb="xs">
        {t('runs')}
      </Title>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('noRuns')}>{t('noRunsBody')}</Empty>;
          return (
            <Stack gap="xs">
              <WideTable label={t('runs')} minWidth={640}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('when')}</Table.Th>
                    <Table.Th>{t('stands')}</Table.Th>
                    {counts.map((name) => (
                      <Table.Th key={name}>{t(`count.${name}`)}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((run) => (
                    <Row key={run.id} run={run} />
                  ))}
                </Table.Tbody>
              </WideTable>
              <More count={items.length} {...query} />
            </Stack>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Row({ run }: { run: RetentionRun }) {
  const { t } = useTranslation(['privacy', 'common']);
  return (
    <Table.Tr>
      <Table.Td>
        {moment(run.started_at)}
        <Text size="xs" c="dimmed">
          {t(run.requested_by === 'schedule' ? 'bySchedule' : 'byHand')}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          <Badge
            variant="outline"
            color={run.status === 'running' ? 'blue' : run.dry_run ? 'gray' : 'teal'}
            style={{ color: 'var(--mantine-color-text)' }}
          >
            {t(run.status === 'running' ? 'running' : run.dry_run ? 'counted' : 'applied')}
          </Badge>
        </Group>
      </Table.Td>
      {counts.map((name) => (
        <Table.Td key={name}>{number(run.counts[name])}</Table.Td>
      ))}
    </Table.Tr>
  );
}
