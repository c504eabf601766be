/** The buttons below a message, in their order. */
import { Button, Fieldset, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { randomId } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';

import { ActionButton } from '../../shared/ActionButton';
import { buttonKinds, type TemplateDraft } from './draft';

const most = 10;

export function Buttons({ form }: { form: UseFormReturnType<TemplateDraft> }) {
  const { t } = useTranslation(['editor', 'common']);
  const { buttons } = form.values;
  return (
    <Stack gap="sm">
      <Text fw={500}>{t('buttons')}</Text>
      {buttons.map((button, index) => (
        <Fieldset key={button.key} legend={t('button', { count: index + 1 })}>
          <Stack gap="xs">
            <Group grow align="flex-start">
              <Select
                label={t('buttonKind')}
                data={buttonKinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
                allowDeselect={false}
                {...form.getInputProps(`buttons.${index}.type`)}
              />
              {button.type !== 'copy_code' && (
                <TextInput
                  label={t('label')}
                  maxLength={25}
                  {...form.getInputProps(`buttons.${index}.text`)}
                />
              )}
            </Group>
            {button.type === 'url' && (
              <TextInput
                label={t('url')}
                description={t('urlHelp')}
                dir="ltr"
                {...form.getInputProps(`buttons.${index}.url`)}
              />
            )}
            {button.type === 'phone_number' && (
              <TextInput
                type="tel"
                label={t('phone')}
                placeholder="+919876543210"
                {...form.getInputProps(`buttons.${index}.phone_number`)}
              />
            )}
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              style={{ alignSelf: 'start', color: 'var(--mantine-color-text)' }}
              onClick={() => form.removeListItem('buttons', index)}
            >
              {t('removeButton', { count: index + 1 })}
            </Button>
          </Stack>
        </Fieldset>
      ))}
      {form.errors.buttons && (
        <Text c="red" size="sm" role="alert">
          {form.errors.buttons}
        </Text>
      )}
      <ActionButton
        size="xs"
        variant="default"
        style={{ alignSelf: 'start' }}
        why={buttons.length < most ? undefined : t('whyButtons', { count: most })}
        onClick={() =>
          form.insertListItem('buttons', {
            key: randomId(),
            type: 'quick_reply',
            text: '',
            url: '',
            phone_number: '',
          })
        }
      >
        {t('addButton')}
      </ActionButton>
    </Stack>
  );
}
