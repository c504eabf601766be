/** A one-time code: WhatsApp writes the text itself, and asks only for this. */
import { Alert, Checkbox, NumberInput, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';

import type { TemplateDraft } from './draft';

export function Code({ form }: { form: UseFormReturnType<TemplateDraft> }) {
  const { t } = useTranslation(['editor', 'common']);
  return (
    <Stack>
      <Alert color="blue">{t('code.about')}</Alert>
      <Checkbox label={t('code.recommend')} {...form.getInputProps('recommend', { type: 'checkbox' })} />
      <NumberInput
        label={t('code.expires')}
        description={t('code.expiresHelp')}
        min={1}
        max={90}
        allowDecimal={false}
        maw={280}
        {...form.getInputProps('expires')}
      />
    </Stack>
  );
}
