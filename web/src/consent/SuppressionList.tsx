/** Who must be left alone, also when they come in a file again. Only hashes are kept, so one asks for a number. */
import { Badge, Card, Checkbox, Group, Select, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { me, suppressions } from '../api/queries';
import type { Suppression } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { AddForm, RemoveForm } from './SuppressionForms';
import { SuppressionCheck } from './SuppressionCheck';
import { SuppressionImport } from './SuppressionImport';

const purposes = ['marketing', 'utility'] as const;

export function SuppressionList() {
  const { t } = useTranslation(['consent', 'common']);
  const { data: somebody } = useQuery(me);
  const [purpose, setPurpose] = useState<(typeof purposes)[number] | null>(null);
  const [removed, setRemoved] = useState(false);
  const [open, setOpen] = useState<'add' | 'import'>();
  const query = useInfiniteQuery(
    suppressions({ purpose: purpose ?? undefined, removed: removed || undefined }),
  );
  const why = (permission: 'customers:write' | 'customers:export') =>
    may(somebody, permission) ? undefined : t('common:noPermission');
  return (
    <Stack>
      <Text c="dimmed" maw={720} component="div">
        {t('listAbout')} <Term name="suppression" />
      </Text>
      <SuppressionCheck />
      <Group align="flex-end">
        <Select
          label={t('purpose')}
          data={purposes.map((value) => ({ value, label: t(`purposes.${value}`) }))}
          value={purpose}
          placeholder={t('common:any')}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          onChange={(value) => setPurpose(value as typeof purpose)}
        />
        <Checkbox
          label={t('showRemoved')}
          checked={removed}
          pb={8}
          onChange={(event) => setRemoved(event.currentTarget.checked)}
        />
        <ActionButton why={why('customers:write')} onClick={() => setOpen('add')}>
          {t('add')}
        </ActionButton>
        <ActionButton variant="default" why={why('customers:export')} onClick={() => setOpen('import')}>
          {t('import')}
        </ActionButton>
      </Group>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Empty title={t('nobody')}>{t('nobodyBody')}</Empty>;
          return (
            <>
              <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((item) => (
                  <Card key={item.id} component="li" withBorder padding="xs">
                    <SuppressionEntry item={item} why={why('customers:write')} />
                  </Card>
                ))}
              </Stack>
              <More count={items.length} {...query} />
            </>
          );
        }}
      </Loaded>
      {open === 'add' && <AddForm onClose={() => setOpen(undefined)} />}
      {open === 'import' && <SuppressionImport onClose={() => setOpen(undefined)} />}
    </Stack>
  );
}

export function SuppressionEntry({ item, why }: { item: Suppression; why?: string }) {
  const { t } = useTranslation(['consent', 'customers', 'common']);
  const [removing, setRemoving] = useState(false);
  return (
    <Group justify="space-between" wrap="nowrap">
      <div style={{ minWidth: 0 }}>
        <Group gap={6}>
          {/* What puts people on it by itself is said in a word of the API's. */}
          <Text fw={600}>
            {t(`customers:method.${item.reason as 'keyword'}`, { defaultValue: item.reason })}
          </Text>
          <Badge variant="default" tt="none">
            {t(`purposes.${item.purpose}`)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t(`kind.${item.kind}`, { hint: item.hint })} · {t('since', { at: moment(item.suppressed_at) })}
        </Text>
        {item.removed_at && (
          <Text size="sm">
            {t('removedAt', { at: moment(item.removed_at), reason: item.removed_reason ?? '' })}
          </Text>
        )}
      </div>
      <ActionButton
        size="xs"
        variant="default"
        style={{ flexShrink: 0 }}
        why={why ?? (item.removed_at ? t('why.removed') : undefined)}
        onClick={() => setRemoving(true)}
      >
        {t('remove')}
      </ActionButton>
      {removing && <RemoveForm id={item.id} onClose={() => setRemoving(false)} />}
    </Group>
  );
}
