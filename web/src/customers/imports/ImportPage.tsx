/** One file of people: what its columns mean, a look at its rows, then how far it is and what did not go in. */
import { Alert, Button, Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { unwrap } from '../../api/problem';
import { importState } from '../../api/queries';
import type { Import } from '../../api/types';
import { ActionButton } from '../../shared/ActionButton';
import { confirm } from '../../shared/confirm';
import { download } from '../../shared/download';
import { number, percent } from '../../shared/format';
import { Page } from '../../shared/Page';
import { Loaded } from '../../shared/states';
import { useWrite } from '../../shared/write';
import { Mapping } from './Mapping';

export default function ImportPage() {
  const { importId } = useParams({ strict: false }) as { importId: string };
  const query = useQuery({
    ...importState(importId),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 800 : false),
  });
  return <Loaded query={query}>{(found) => <Detail found={found} />}</Loaded>;
}

function Detail({ found }: { found: Import }) {
  const { t } = useTranslation(['imports', 'common']);
  const startable = found.status === 'uploaded' || (found.status === 'completed' && found.dry_run);
  return (
    <Page
      title={found.file_name ?? t('title')}
      about={t('rows', {
        count: found.rows_total,
        shown: number(found.rows_total),
        format: found.format.toUpperCase(),
      })}
    >
      {found.status !== 'uploaded' && <Outcome found={found} />}
      {startable && <Mapping found={found} />}
    </Page>
  );
}

function Outcome({ found }: { found: Import }) {
  const { t } = useTranslation(['imports', 'common']);
  const cancel = useWrite({
    run: () =>
      unwrap(api.POST('/api/v1/imports/{import_id}/cancel', { params: { path: { import_id: found.id } } })),
    changes: ['imports', 'customers'],
    done: () => t('cancelled'),
  });
  const share = found.rows_total > 0 ? (100 * found.rows_read) / found.rows_total : 0;
  const words = t('progress', {
    read: number(found.rows_read),
    all: number(found.rows_total),
    percent: percent(found.rows_read, found.rows_total),
  });
  return (
    <Stack>
      <Text fw={600} role="status">
        {found.dry_run && found.status === 'completed'
          ? t('tried')
          : t(`status.${found.status}`, { defaultValue: found.status })}
      </Text>
      <Progress.Root size="lg" role="img" aria-label={words}>
        <Progress.Section value={share} color="teal" aria-hidden />
      </Progress.Root>
      <Text size="sm">{words}</Text>
      {found.failure && <Alert color="red">{found.failure}</Alert>}
      <SimpleGrid cols={{ base: 2, sm: 4 }} component="dl" m={0}>
        {(['added', 'updated', 'duplicates', 'rejected'] as const).map((key) => (
          <div key={key}>
            <Text component="dt" size="sm" c="dimmed">
              {t(key)}
            </Text>
            <Text component="dd" m={0} fw={600} size="lg" data-testid={`import-${key}`}>
              {number(found[key])}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <Group>
        {found.duplicates + found.rejected > 0 && found.status !== 'running' && (
          <Button variant="default" onClick={() => void download(`/api/v1/imports/${found.id}/report`)}>
            {t('report')}
          </Button>
        )}
        {found.status === 'running' && (
          <ActionButton
            variant="default"
            loading={cancel.isPending}
            onClick={() =>
              confirm({
                title: t('ask.title'),
                body: t('ask.body'),
                yes: t('cancel'),
                danger: true,
                onYes: () => cancel.mutate(undefined),
              })
            }
          >
            {t('cancel')}
          </ActionButton>
        )}
      </Group>
    </Stack>
  );
}
