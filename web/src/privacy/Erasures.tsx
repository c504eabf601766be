/** Who was forgotten, and how far it is. The list names nobody; that is its point. */
import { Badge, Card, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { erasures } from '../api/queries';
import type { Erasure } from '../api/types';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { Counts } from './Counts';

export function Erasures() {
  const { t } = useTranslation(['privacy', 'common']);
  const query = useInfiniteQuery({
    ...erasures,
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some((one) => one.status === 'running') ? 1_500 : false,
  });
  return (
    <Stack>
      <Text c="dimmed" maw={720} component="div">
        {t('erasuresAbout')} <Term name="erasure" />
      </Text>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('noErasures')}>{t('noErasuresBody')}</Empty>;
          return (
            <>
              <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((item) => (
                  <Row key={item.id} item={item} />
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

function Row({ item }: { item: Erasure }) {
  const { t } = useTranslation(['privacy', 'customers', 'common']);
  const running = item.status === 'running';
  return (
    <Card component="li" withBorder padding="sm">
      <Group gap="xs">
        <Text fw={600}>{moment(item.requested_at)}</Text>
        <Badge
          variant="outline"
          color={running ? 'blue' : item.dry_run ? 'gray' : 'teal'}
          style={{ color: 'var(--mantine-color-text)' }}
        >
          {t(running ? 'erasing' : item.dry_run ? 'counted' : 'erased')}
        </Badge>
        {running && item.stage && (
          <Text size="sm">{t(`stage.${item.stage}`, { defaultValue: item.stage })}</Text>
        )}
      </Group>
      <Counts counts={item.counts} />
      {item.last_word && (
        <Text size="sm" c="dimmed">
          {t('lastWord', {
            word: t(`customers:consent.${item.last_word}`),
            at: moment(item.last_word_at),
          })}
        </Text>
      )}
    </Card>
  );
}
