/** Connecting a number. The server asks WhatsApp about token, number and account, and says on the field what is wrong. */
import { Alert, Anchor, Button, Group, List, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from '../shared/schema';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { checkWith, showProblem } from '../shared/forms';
import { Page } from '../shared/Page';
import { useWrite } from '../shared/write';
import { PasswordField } from '../shared/PasswordField';

const schema = z.object({
  phone_number_id: z.string().trim().regex(/^\d+$/, 'wrong.numberId'),
  waba_id: z.string().trim().regex(/^\d+$/, 'wrong.account'),
  access_token: z.string().trim().min(1, 'wrong.token'),
});

export default function ConnectPage() {
  const { t } = useTranslation(['senders', 'common']);
  const navigate = useNavigate();
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: {
      phone_number_id: '',
      waba_id: '',
      access_token: '',
      portfolio_id: '',
      mps: '' as number | '',
    },
    validate: checkWith(schema, (key) => t(key as 'wrong.token')),
  });
  const connect = useWrite({
    run: async (values: typeof form.values) => {
      const sender = await unwrap(
        api.POST('/api/v1/senders', {
          body: {
            phone_number_id: values.phone_number_id.trim(),
            waba_id: values.waba_id.trim(),
            access_token: values.access_token.trim(),
            portfolio_id: values.portfolio_id.trim() || undefined,
            mps: values.mps || undefined,
          },
        }),
      );
      // Without its templates a number can send nothing, so they are asked for at once. Not being allowed to is no error.
      await api.POST('/api/v1/templates/sync', { body: { waba_id: sender.waba_id } }).catch(() => undefined);
      return sender;
    },
    changes: ['senders', 'templates'],
    done: (sender) => t('connected', { name: sender.name, phone: sender.phone }),
    onDone: () => void navigate({ to: '/senders' }),
    onError: (error) => setSentence(showProblem(form, error)),
  });
  return (
    <Page title={t('connect')} about={t('connectAbout')}>
      <form
        onSubmit={form.onSubmit((values) => {
          setSentence(undefined);
          connect.mutate(values);
        })}
        noValidate
      >
        <Stack maw={560}>
          <List type="ordered" size="sm" spacing={4}>
            <List.Item>{t('guide.1')}</List.Item>
            <List.Item>{t('guide.2')}</List.Item>
            <List.Item>{t('guide.3')}</List.Item>
          </List>
          {sentence && (
            <Alert color="red" role="alert">
              {sentence}
            </Alert>
          )}
          <TextInput
            label={t('numberId')}
            description={t('numberIdHelp')}
            inputMode="numeric"
            required
            {...form.getInputProps('phone_number_id')}
          />
          <TextInput
            label={t('account')}
            description={t('accountHelp')}
            inputMode="numeric"
            required
            {...form.getInputProps('waba_id')}
          />
          <PasswordField
            label={t('token')}
            description={t('tokenHelp')}
            autoComplete="off"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showToken') }}
            {...form.getInputProps('access_token')}
          />
          <TextInput
            label={t('portfolio')}
            description={t('portfolioHelp')}
            inputMode="numeric"
            {...form.getInputProps('portfolio_id')}
          />
          <NumberInput
            label={t('rate')}
            description={t('rateHelp')}
            min={1}
            max={1000}
            allowDecimal={false}
            {...form.getInputProps('mps')}
          />
          <Group>
            <Button type="submit" loading={connect.isPending}>
              {t('connect')}
            </Button>
            <Anchor component={Link} to="/senders" underline="always">
              {t('common:back')}
            </Anchor>
          </Group>
          <Text size="sm" c="dimmed">
            {t('sandboxHint')}
          </Text>
        </Stack>
      </form>
    </Page>
  );
}
