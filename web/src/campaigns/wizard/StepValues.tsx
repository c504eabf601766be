/** What fills the gaps, and what it looks like on the phone of somebody who will get it. */
import { Alert, Button, Card, Group, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../../api/client';
import { unwrap } from '../../api/problem';
import { customers, template } from '../../api/queries';
import type { Template } from '../../api/types';
import { Failure, Loaded } from '../../shared/states';
import { Bubble, unfilled } from '../../templates/Bubble';
import { valuesFor, variablesOf } from './draft';
import type { WizardForm } from './Wizard';

export function StepValues({ form }: { form: WizardForm }) {
  const query = useQuery(template(form.values.template_id));
  return <Loaded query={query}>{(found) => <Values form={form} template={found} />}</Loaded>;
}

function Values({ form, template: found }: { form: WizardForm; template: Template }) {
  const { t } = useTranslation(['wizard', 'common']);
  const { variables } = form.values;

  // A draft from elsewhere may lack gaps, or name some the template no longer has.
  useEffect(() => {
    const wanted = variablesOf(found, variables);
    if (wanted.map((one) => one.key).join() !== variables.map((one) => one.key).join())
      form.setFieldValue('variables', wanted);
  }, [found, variables, form]);

  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack>
        {variables.length === 0 && <Text>{t('noValues')}</Text>}
        {variables.map((variable, index) => (
          <Card
            withBorder
            padding="sm"
            key={variable.key}
            role="group"
            aria-label={t('gap', { key: variable.key })}
          >
            <Stack gap="xs">
              <Select
                label={t('gap', { key: variable.key })}
                description={
                  found.examples[variable.key] && t('example', { example: found.examples[variable.key] })
                }
                data={(['value', 'attribute', 'unsubscribe'] as const).map((value) => ({
                  value,
                  label: t(`fill.${value}`),
                }))}
                allowDeselect={false}
                {...form.getInputProps(`variables.${index}.kind`)}
              />
              {variable.kind === 'value' && (
                <TextInput label={t('text')} required {...form.getInputProps(`variables.${index}.value`)} />
              )}
              {variable.kind === 'attribute' && (
                <>
                  <TextInput
                    label={t('attribute')}
                    description={t('attributeHelp')}
                    required
                    {...form.getInputProps(`variables.${index}.attribute`)}
                  />
                  <TextInput
                    label={t('fallback')}
                    description={t('fallbackHelp')}
                    {...form.getInputProps(`variables.${index}.fallback`)}
                  />
                </>
              )}
            </Stack>
          </Card>
        ))}
      </Stack>
      <LivePreview form={form} template={found} />
    </SimpleGrid>
  );
}

function LivePreview({ form, template: found }: { form: WizardForm; template: Template }) {
  const { t } = useTranslation(['wizard', 'common']);
  const { kind, tag, variables } = form.values;
  const [index, setIndex] = useState(0);
  const sample = useInfiniteQuery(
    customers(kind === 'tag' ? { tag } : kind === 'opted_in' ? { marketing_consent: 'opted_in' } : {}, 20),
  );
  const people = sample.data?.pages.flatMap((page) => page.items) ?? [];
  const person = people[index % Math.max(1, people.length)];
  const [filled] = useDebouncedValue(valuesFor(variables, person), 250);
  const preview = useQuery({
    queryKey: ['templates', found.id, 'preview', filled],
    queryFn: () =>
      unwrap(
        api.POST('/api/v1/templates/{template_id}/preview', {
          params: { path: { template_id: found.id } },
          body: { variables: filled },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-labelledby="preview">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="preview">
          {person ? t('previewFor', { name: person.name ?? person.phone ?? '' }) : t('preview')}
        </Title>
        {people.length > 1 && (
          <Button size="compact-sm" variant="default" onClick={() => setIndex(index + 1)}>
            {t('nextPerson')}
          </Button>
        )}
      </Group>
      <Bubble message={preview.data?.message ?? unfilled(found)} />
      {preview.error && <Failure error={preview.error} retry={() => void preview.refetch()} />}
      {preview.data && preview.data.problems.length > 0 && (
        <Alert color="yellow" mt="xs" title={t('previewProblems')}>
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {preview.data.problems.map((problem) => (
              <li key={problem.field}>{problem.message}</li>
            ))}
          </ul>
        </Alert>
      )}
    </section>
  );
}
