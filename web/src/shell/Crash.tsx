/** What is shown when a page breaks, and when there is none at an address. Nothing was lost on the server. */
import { Anchor, Button, Container, Group, Stack, Text, Title } from '@mantine/core';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { ApiProblem, asProblem } from '../api/problem';
import { Failure } from '../shared/states';

export function Crash({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Container size="sm" py="xl" component="main">
      <Stack>
        <Title order={1} size="h2">
          {t('crash.title')}
        </Title>
        {error instanceof ApiProblem ? <Failure error={error} /> : <Text>{t('crash.body')}</Text>}
        {!(error instanceof ApiProblem) && (
          <Text size="xs" c="dimmed" ff="monospace">
            {asProblem(error).message}
          </Text>
        )}
        <Group>
          <Button onClick={again}>{t('tryAgain')}</Button>
          <Button variant="default" onClick={() => window.location.assign('/')}>
            {t('crash.home')}
          </Button>
        </Group>
      </Stack>
    </Container>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Container size="sm" py="xl" component="main">
      <Title order={1} size="h2">
        {t('nothingHere')}
      </Title>
      <Anchor component={Link} to="/">
        {t('crash.home')}
      </Anchor>
    </Container>
  );
}
