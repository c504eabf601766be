/** Whether somebody is on the list: asked with their number, which stands in no address and is kept nowhere. */
import { Button, Card, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { asProblem } from '../api/problem';
import { me, suppressionCheck } from '../api/queries';
import { may } from '../shared/can';
import { SuppressionEntry } from './SuppressionList';

export function SuppressionCheck() {
  const { t } = useTranslation(['consent', 'common']);
  const { data: somebody } = useQuery(me);
  const [phone, setPhone] = useState('');
  const [asked, setAsked] = useState<string>();
  const [missing, setMissing] = useState(false);
  const check = useQuery({ ...suppressionCheck(asked ?? ''), enabled: asked !== undefined });
  const problem = check.error && asProblem(check.error);
  const why = may(somebody, 'customers:write') ? undefined : t('common:noPermission');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(!phone.trim());
    setAsked(phone.trim() || undefined);
    if (phone.trim() === asked) void check.refetch();
  };
  return (
    <Card withBorder component="section" aria-label={t('check')}>
      <form noValidate onSubmit={submit}>
        <Group align="flex-end">
          <TextInput
            type="tel"
            label={t('checkPhone')}
            value={phone}
            error={missing ? t('wrong.phone') : (problem?.errors[0]?.message ?? problem?.message)}
            onChange={(event) => setPhone(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={check.isFetching}>
            {t('check')}
          </Button>
        </Group>
      </form>
      <Stack gap="xs" mt="xs" role="status">
        {check.data?.items.length === 0 && <Text>{t('notOnIt')}</Text>}
        {check.data?.items.map((item) => (
          <SuppressionEntry key={item.id} item={item} why={why} />
        ))}
      </Stack>
    </Card>
  );
}
