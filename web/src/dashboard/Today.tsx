/** What the campaigns launched today came to so far. */
import { Card, SimpleGrid, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { campaigns, campaignStats } from '../api/queries';
import { number } from '../shared/format';
import { addUp, launchedToday } from './today';

export function Today() {
  const { t } = useTranslation(['dashboard', 'common']);
  const { data } = useInfiniteQuery(campaigns());
  const today =
    data?.pages.flatMap((page) => page.items).filter((item) => launchedToday(item, new Date())) ?? [];
  const answers = useQueries({ queries: today.map((item) => campaignStats(item.id)) });
  const stats = answers.flatMap((answer) => (answer.data ? [answer.data] : []));
  if (today.length === 0 || stats.length < today.length) return null;
  const sums = addUp(stats);
  return (
    <section aria-labelledby="today">
      <Title order={2} size="h4" id="today" mb="xs">
        {t('today', { count: today.length })}
      </Title>
      <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} component="dl" m={0}>
        {(Object.keys(sums) as (keyof typeof sums)[]).map((key) => (
          <Card withBorder padding="sm" key={key}>
            <Text component="dt" size="sm" c="dimmed">
              {t(`sum.${key}`)}
            </Text>
            <Text component="dd" m={0} fw={700} size="xl">
              {number(sums[key])}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
    </section>
  );
}
