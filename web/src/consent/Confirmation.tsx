/** Double opt-in: which yeses count only once the person has answered a question, and how they are asked. */
import { Checkbox, Fieldset, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { senders } from '../api/queries';
import type { Template } from '../api/types';
import { Term } from '../shared/Term';
import { methods, type RulesValues } from './rules';

interface Props {
  form: UseFormReturnType<RulesValues>;
  templates: Template[];
  /** Of the chosen template. */
  variables: string[];
}

export function Confirmation({ form, templates, variables }: Props) {
  const { t } = useTranslation(['consent', 'common']);
  const { data: numbers } = useQuery(senders);
  const { confirm } = form.values;
  const askable = templates.filter((one) => one.category === 'utility' && one.status === 'approved');
  return (
    <Fieldset
      legend={
        <>
          {t('confirmation')} <Term name="confirmation" />
        </>
      }
    >
      <Stack gap="sm">
        <Switch
          label={t('confirm')}
          description={t('confirmHelp')}
          {...form.getInputProps('confirm', { type: 'checkbox' })}
        />
        {confirm && (
          <>
            <Checkbox.Group label={t('methods')} {...form.getInputProps('methods')}>
              <Group my="xs">
                {methods.map((value) => (
                  <Checkbox key={value} value={value} label={t(`method.${value}`)} />
                ))}
              </Group>
            </Checkbox.Group>
            <Select
              label={t('template')}
              description={askable.length > 0 ? t('templateHelp') : t('noTemplate')}
              data={askable.map((one) => ({ value: one.id, label: `${one.name} (${one.language})` }))}
              searchable
              {...form.getInputProps('template_id')}
            />
            {variables.map((key) => (
              <TextInput
                key={key}
                label={t('gap', { key })}
                value={form.values.variables[key] ?? ''}
                onChange={(event) =>
                  form.setFieldValue('variables', {
                    ...form.values.variables,
                    [key]: event.currentTarget.value,
                  })
                }
              />
            ))}
            <Select
              label={t('sender')}
              data={numbers?.items.map((one) => ({ value: one.id, label: `${one.name} ${one.phone}` }))}
              {...form.getInputProps('sender_id')}
            />
            <NumberInput
              label={t('days')}
              description={t('daysHelp')}
              min={1}
              max={90}
              allowDecimal={false}
              {...form.getInputProps('days')}
            />
          </>
        )}
      </Stack>
    </Fieldset>
  );
}
