/** The four queues side by side: how much waits in each, and for how long the oldest. */
import { Card, Group, Table, Text, Title } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { lane, lanes, type LaneState } from '../api/queries';
import { age, number } from '../shared/format';
import { Failure, Loading } from '../shared/states';
import { Term } from '../shared/Term';
import { WideTable } from '../shared/WideTable';

const columns = ['ready', 'delayed', 'leased', 'dead'] as const;

export function Lanes() {
  const { t } = useTranslation(['health', 'common']);
  const queries = useQueries({
    queries: lanes.map((name) => ({ ...lane(name), refetchInterval: 10_000 })),
  });
  const failed = queries.find((query) => query.error && query.data === undefined);
  return (
    <Card withBorder component="section" aria-labelledby="lanes" mb="lg">
      <Group gap={4} mb="xs">
        <Title order={2} size="h4" id="lanes">
          {t('lanes')}
        </Title>
        <Term name="lane" />
      </Group>
      {failed ? (
        <Failure error={failed.error} retry={() => queries.forEach((query) => void query.refetch())} />
      ) : queries.some((query) => query.data === undefined) ? (
        <Loading />
      ) : (
        <WideTable label={t('lanes')} minWidth={560}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('lane')}</Table.Th>
              {columns.map((name) => (
                <Table.Th key={name}>{t(`state.${name}`)}</Table.Th>
              ))}
              <Table.Th>{t('oldest')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {queries.map(({ data }, index) => data && <Row key={lanes[index]} data={data} />)}
          </Table.Tbody>
        </WideTable>
      )}
    </Card>
  );
}

function Row({ data }: { data: LaneState }) {
  const { t } = useTranslation(['health', 'common']);
  return (
    <Table.Tr data-testid={`lane-${data.lane}`}>
      <Table.Th scope="row">
        {t(`lane.${data.lane}`)}
        <Text size="xs" c="dimmed" fw={400}>
          {t(`lane.${data.lane}Help`)}
        </Text>
      </Table.Th>
      {columns.map((name) => (
        <Table.Td key={name}>
          {data[name].more ? t('atLeast', { count: number(data[name].count) }) : number(data[name].count)}
        </Table.Td>
      ))}
      <Table.Td>{data.oldest ? age(data.oldest) : t('nothingWaits')}</Table.Td>
    </Table.Tr>
  );
}
