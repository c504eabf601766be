/** The frame of the pages before somebody is in: one card, and the language. */
import { Card, Center, Container, Group, Stack, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

import { LanguageMenu, ThemeButton } from '../shell/Looks';

export function Door({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Bellbird`;
  }, [title]);
  return (
    <Container size={460} py="xl" component="main">
      <Stack>
        <Group justify="space-between">
          <Group gap="xs">
            <img src="/bellbird.svg" alt="" width={32} height={32} />
            <strong>Bellbird</strong>
          </Group>
          <Group gap={4}>
            <LanguageMenu />
            <ThemeButton />
          </Group>
        </Group>
        <Card withBorder padding="lg" radius="md">
          <Stack>
            <Center>
              <Title order={1} size="h3">
                {title}
              </Title>
            </Center>
            {children}
          </Stack>
        </Card>
      </Stack>
    </Container>
  );
}
