/** Whether somebody is on the list: asked with their number, which stands in no address and is kept nowhere. */
import { Button, Card, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { api } from '../api/client';
import { unwrap } from '../api/problem';
import { me } from '../api/queries';
import { may } from '../shared/can';
import { showProblem } from '../shared/forms';
import { SuppressionEntry } from './SuppressionList';

export function SuppressionCheck() {
  const { t } = useTranslation(['consent', 'common']);
  const { data: somebody } = useQuery(me);
  const [sentence, setSentence] = useState<string>();
  const form = useForm({
    initialValues: { phone: '' },
    validate: { phone: (value) => (value.trim() ? null : t('wrong.phone')) },
  });
  // Not a write, though it is asked by POST: nothing is changed, and nothing read again.
  const check = useMutation({
    mutationFn: (phone: string) => unwrap(api.POST('/api/v1/suppressions/check', { body: { phone } })),
    onError: (error) => setSentence(showProblem(form, error)),
  });
  const why = may(somebody, 'customers:write') ? undefined : t('common:noPermission');
  return (
    <Card withBorder component="section" aria-label={t('check')}>
      <form
        noValidate
        onSubmit={form.onSubmit(({ phone }) => {
          setSentence(undefined);
          check.mutate(phone.trim());
        })}
      >
        <Group align="flex-end">
          <TextInput type="tel" label={t('checkPhone')} {...form.getInputProps('phone')} />
          <Button type="submit" variant="default" loading={check.isPending}>
            {t('check')}
          </Button>
        </Group>
      </form>
      <Stack gap="xs" mt="xs" role="status">
        {sentence && <Text c="red">{sentence}</Text>}
        {check.data?.items.length === 0 && <Text>{t('notOnIt')}</Text>}
        {check.data?.items.map((item) => (
          <SuppressionEntry key={item.id} item={item} why={why} onRemoved={check.reset} />
        ))}
      </Stack>
    </Card>
  );
}
