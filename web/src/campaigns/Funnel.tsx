/** How far people got: each bar is a part of everybody, with its number and its share. */
import { Box, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Funnel as Numbers, StatusCounts } from '../api/types';
import { number, percent } from '../shared/format';
import { Term } from '../shared/Term';
import { waiting } from './numbers';

export function Funnel({ funnel, counts }: { funnel: Numbers; counts: StatusCounts }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const steps = [
    ['planned', funnel.total, 'blue.6'],
    ['sent', funnel.sent, 'teal.6'],
    ['delivered', funnel.delivered, 'teal.6'],
    ['read', funnel.read, 'teal.6'],
    ['responded', funnel.responded, 'teal.6'],
    ['failed', funnel.failed, 'red.6'],
    ['skipped', counts.skipped + counts.opted_out + counts.cancelled, 'gray.6'],
    ['waiting', waiting(counts), 'yellow.6'],
  ] as const;
  return (
    <Card withBorder component="section" aria-labelledby="funnel">
      <Group gap={4} mb="xs">
        <Title order={2} size="h4" id="funnel">
          {t('funnel.title')}
        </Title>
        <Term name="delivered" />
      </Group>
      <Stack gap={8} component="dl" m={0}>
        {steps.map(([step, value, color]) => (
          <Group key={step} justify="space-between" gap={4}>
            <Text component="dt" size="sm">
              {t(`funnel.${step}`)}
            </Text>
            <Text component="dd" m={0} size="sm" fw={600} data-testid={`funnel-${step}`} data-value={value}>
              {number(value)}
              {funnel.total > 0 && ` · ${percent(value, funnel.total)}`}
            </Text>
            <Bar part={value} whole={funnel.total} color={color} />
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

/** The picture of a number that is written beside it. */
function Bar({ part, whole, color }: { part: number; whole: number; color: string }) {
  const width = whole > 0 ? Math.min(100, (100 * part) / whole) : 0;
  return (
    <Box
      component="dd"
      aria-hidden
      m={0}
      w="100%"
      h={6}
      bg="var(--mantine-color-default-border)"
      style={{ borderRadius: 3 }}
    >
      <Box bg={color} h={6} w={`${width}%`} style={{ borderRadius: 3, transition: 'width 200ms' }} />
    </Box>
  );
}
