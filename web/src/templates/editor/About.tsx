/** What a template is called, in which language it is, and what it is for. */
import { Autocomplete, Group, Radio, Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';

import { Term } from '../../shared/Term';
import { asName, type TemplateDraft } from './draft';

const languages = [
  'en',
  'en_US',
  'en_GB',
  'hi',
  'bn',
  'gu',
  'kn',
  'ml',
  'mr',
  'pa',
  'ta',
  'te',
  'ur',
  'ar',
  'es',
  'pt_BR',
];

interface Props {
  form: UseFormReturnType<TemplateDraft>;
  accounts: string[];
}

export function About({ form, accounts }: Props) {
  const { t } = useTranslation(['editor', 'templates', 'common']);
  return (
    <>
      {accounts.length > 1 && (
        <Select
          label={t('account')}
          data={accounts}
          allowDeselect={false}
          {...form.getInputProps('waba_id')}
        />
      )}
      <Group grow align="flex-start">
        <TextInput
          label={t('name')}
          description={t('nameHelp')}
          required
          {...form.getInputProps('name')}
          onChange={(event) => form.setFieldValue('name', asName(event.currentTarget.value))}
        />
        <Autocomplete
          label={t('language')}
          description={t('languageHelp')}
          data={languages}
          required
          {...form.getInputProps('language')}
        />
      </Group>
      <Radio.Group
        label={
          <>
            {t('category')} <Term name="category" />
          </>
        }
        {...form.getInputProps('category')}
      >
        <Group mt="xs">
          {(['marketing', 'utility', 'authentication'] as const).map((value) => (
            <Radio key={value} value={value} label={t(`templates:category.${value}`)} />
          ))}
        </Group>
      </Radio.Group>
    </>
  );
}
