/** What every page begins with: its heading, which is also the window's title and where the focus goes on arrival. */
import { Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';

interface Props {
  title: string;
  /** A sentence below the heading. */
  about?: ReactNode;
  /** Beside the heading: what can be done here. */
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, about, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = `${title} · Bellbird`;
  }, [title]);

  // A new page is read from its heading on; without this the focus stays on a link that may be gone.
  useEffect(() => {
    if (document.activeElement === document.body || !document.activeElement?.closest('form')) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);

  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" wrap="wrap">
        <div style={{ minWidth: 0 }}>
          <Title
            order={1}
            size="h2"
            ref={heading}
            tabIndex={-1}
            style={{ outline: 'none', overflowWrap: 'anywhere' }}
          >
            {title}
          </Title>
          {about && (
            <Text c="dimmed" component="div" maw={720}>
              {about}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
