/** Adding a person, or changing one: the API finds them by their phone, so that is fixed once they are known. */
import { Alert, Button, Group, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import type { Customer } from '../api/types';
import { zones } from '../shared/format';
import { showProblem } from '../shared/forms';
import { useWrite } from '../shared/write';
import { attributesText, changedAttributes, parseAttributes, tagChanges } from './change';

export function CustomerForm({
  customer,
  onDone,
}: {
  customer?: Customer;
  onDone: (customer: Customer) => void;
}) {
  const { t } = useTranslation(['customers', 'common']);
  const [sentence, setSentence] = useState<string>();
  const zoneNames = useMemo(() => zones(), []);
  const form = useForm({
    initialValues: {
      phone: customer?.phone ?? '',
      name: customer?.name ?? '',
      tags: customer?.tags ?? [],
      time_zone: customer?.time_zone ?? '',
      attributes: attributesText(customer?.attributes ?? {}),
      said: '' as '' | 'opted_in' | 'opted_out',
      source: '',
    },
    validate: {
      phone: (value) => (value.trim() ? null : t('wrong.phone')),
      attributes: (value) => (parseAttributes(value) ? null : t('wrong.attributes')),
      source: (value, { said }) => (said && !value.trim() ? t('wrong.source') : null),
    },
  });
  const write = useWrite({
    run: async (values: typeof form.values) => {
      const stored = await unwrap(
        api.PUT('/api/v1/customers', {
          body: {
            phone: values.phone.trim(),
            name: values.name.trim() || undefined,
            time_zone: values.time_zone || undefined,
            attributes:
              changedAttributes(customer?.attributes ?? {}, parseAttributes(values.attributes) ?? {}) ?? {},
            tags: values.tags,
            ...(values.said && { opt_in: { state: values.said, source: values.source.trim() } }),
          },
        }),
      );
      // Putting tags on is part of the upsert; taking them off is another operation.
      const { remove } = tagChanges(customer?.tags ?? [], values.tags);
      if (remove.length === 0) return stored;
      return unwrap(
        api.PATCH('/api/v1/customers/{customer_id}/tags', {
          params: { path: { customer_id: stored.id } },
          body: { add: [], remove },
        }),
      );
    },
    changes: ['customers'],
    done: () => t('saved'),
    onDone: (stored) => onDone(stored),
    onError: (error) =>
      setSentence(
        showProblem(form, error, { opt_in: 'said', 'opt_in.source': 'source', 'opt_in.state': 'said' }),
      ),
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        setSentence(undefined);
        write.mutate(values);
      })}
      noValidate
    >
      <Stack maw={560}>
        {sentence && (
          <Alert color="red" role="alert">
            {sentence}
          </Alert>
        )}
        <TextInput
          label={t('phone')}
          description={t('phoneHelp')}
          type="tel"
          required
          disabled={customer !== undefined}
          {...form.getInputProps('phone')}
        />
        <TextInput label={t('name')} {...form.getInputProps('name')} />
        <TagsInput label={t('tags')} description={t('tagsHelp')} {...form.getInputProps('tags')} />
        <Select
          label={t('zone')}
          description={t('zoneHelp')}
          data={zoneNames}
          searchable
          clearable={!customer?.time_zone}
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          {...form.getInputProps('time_zone')}
        />
        <Textarea
          label={t('attributes')}
          description={t('attributesHelp')}
          autosize
          minRows={3}
          {...form.getInputProps('attributes')}
        />
        <Select
          label={t('said')}
          description={t('saidHelp')}
          data={[
            { value: '', label: t('said.nothing') },
            { value: 'opted_in', label: t('said.yes') },
            { value: 'opted_out', label: t('said.no') },
          ]}
          allowDeselect={false}
          {...form.getInputProps('said')}
        />
        {form.values.said && (
          <TextInput
            label={t('source')}
            description={t('sourceHelp')}
            required
            {...form.getInputProps('source')}
          />
        )}
        <Group>
          <Button type="submit" loading={write.isPending}>
            {t('common:save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
