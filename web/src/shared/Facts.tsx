/** What is known about a thing, name by name. What is not known is left out. */
import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export type Fact = [name: string, value: ReactNode];

export function Facts({ facts, columns = 4 }: { facts: Fact[]; columns?: number }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: columns }} component="dl" m={0} spacing="sm">
      {facts
        .filter(([, value]) => value !== undefined && value !== '' && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
              {value}
            </Text>
          </div>
        ))}
    </SimpleGrid>
  );
}
