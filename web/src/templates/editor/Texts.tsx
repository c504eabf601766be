/** Heading, text and small print. Gaps are written `{{1}}`; a button puts the next one in. */
import { Button, Select, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';

import { gaps, headerKinds, type TemplateDraft } from './draft';

export function Texts({ form }: { form: UseFormReturnType<TemplateDraft> }) {
  const { t } = useTranslation(['editor', 'common']);
  const { header, body } = form.values;
  const next = gaps(body).filter((name) => /^\d+$/.test(name)).length + 1;
  return (
    <Stack>
      <Select
        label={t('header')}
        description={t('headerHelp')}
        data={headerKinds.map((value) => ({ value, label: t(`header.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps('header')}
        error={header === 'text' ? undefined : form.errors.header_text}
      />
      {header === 'text' && (
        <TextInput
          label={t('headerText')}
          description={t('left', { count: 60 - form.values.header_text.length })}
          {...form.getInputProps('header_text')}
        />
      )}
      <div>
        <Textarea
          label={t('body')}
          description={t('left', { count: 1024 - body.length })}
          autosize
          minRows={4}
          required
          {...form.getInputProps('body')}
        />
        <Button
          mt="xs"
          size="compact-sm"
          variant="default"
          onClick={() =>
            form.setFieldValue('body', `${body}${body && !/\s$/.test(body) ? ' ' : ''}{{${next}}}`)
          }
        >
          {t('addGap')}
        </Button>
      </div>
      <TextInput
        label={t('footer')}
        description={t('left', { count: 60 - form.values.footer.length })}
        {...form.getInputProps('footer')}
      />
    </Stack>
  );
}
