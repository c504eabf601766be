/** One template: where it stands and why, its gaps, and what it looks like with values tried out. */
import { Alert, Card, Group, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { template } from '../api/queries';
import type { Template } from '../api/types';
import { moment } from '../shared/format';
import { Page } from '../shared/Page';
import { Failure, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { QualityBadge, TemplateBadge } from './badges';
import { Bubble, unfilled } from './Bubble';

export default function TemplatePage() {
  const { templateId } = useParams({ strict: false }) as { templateId: string };
  const query = useQuery(template(templateId));
  return <Loaded query={query}>{(found) => <Detail found={found} />}</Loaded>;
}

function Detail({ found }: { found: Template }) {
  const { t } = useTranslation(['templates', 'common']);
  return (
    <Page
      title={found.name}
      about={
        <Group gap="xs" mt={4}>
          <TemplateBadge status={found.status} />
          <QualityBadge quality={found.quality} />
          <Text
            span
          >{`${found.language} · ${t(`category.${found.category}`, { defaultValue: found.category })}`}</Text>
          <Term name="template" />
        </Group>
      }
    >
      {found.status_reason && (
        <Alert color="yellow" title={t('statusReason')}>
          {found.status_reason}
        </Alert>
      )}
      {found.change_error && (
        <Alert color="red" title={t('changeError')}>
          {found.change_error}
        </Alert>
      )}
      {found.unsupported && (
        <Alert color="yellow" title={t('unsupported')}>
          {found.unsupported}
        </Alert>
      )}
      {found.next_category && (
        <Alert color="blue">
          {t('nextCategory', {
            category: t(`category.${found.next_category}`, { defaultValue: found.next_category }),
          })}
        </Alert>
      )}
      <TryOut found={found} />
      <Text size="sm" c="dimmed">
        {t('account', { account: found.waba_id })} · {t('seen', { at: moment(found.synced_at) })}
      </Text>
    </Page>
  );
}

function TryOut({ found }: { found: Template }) {
  const { t } = useTranslation(['templates', 'common']);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(found.variables.map((key) => [key, found.examples[key] ?? ''])),
  );
  const [variables] = useDebouncedValue(values, 250);
  const preview = useQuery({
    queryKey: ['templates', found.id, 'preview', variables],
    queryFn: () =>
      unwrap(
        api.POST('/api/v1/templates/{template_id}/preview', {
          params: { path: { template_id: found.id } },
          body: { variables },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const wrong = (key: string) =>
    preview.data?.problems.find((problem) => problem.field === `variables.${key}`)?.message;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Card withBorder component="section" aria-labelledby="gaps">
        <Title order={2} size="h4" id="gaps" mb="xs">
          {t('gaps')}
        </Title>
        <Stack>
          {found.variables.length === 0 && <Text>{t('noGaps')}</Text>}
          {found.variables.map((key) => (
            <TextInput
              key={key}
              label={t('gap', { key })}
              value={values[key]}
              error={wrong(key)}
              onChange={(event) => setValues({ ...values, [key]: event.currentTarget.value })}
            />
          ))}
        </Stack>
      </Card>
      <section aria-labelledby="look">
        <Title order={2} size="h4" id="look" mb="xs">
          {t('look')}
        </Title>
        <Bubble message={preview.data?.message ?? unfilled(found)} />
        {preview.error && <Failure error={preview.error} retry={() => void preview.refetch()} />}
      </section>
    </SimpleGrid>
  );
}
