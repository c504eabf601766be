/** Every word people said about messages, of everybody; the proof of consent, to be taken out as a file. */
import { Anchor, Group, Select, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { consentEvents, me } from '../api/queries';
import type { ConsentEvent, ConsentState } from '../api/types';
import { ConsentBadge } from '../customers/ConsentBadge';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { download } from '../shared/download';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { WideTable } from '../shared/WideTable';

const states: ConsentState[] = ['opted_in', 'opted_out', 'pending', 'unasked'];
const purposes = ['marketing', 'utility'] as const;

export function Ledger() {
  const { t } = useTranslation(['consent', 'customers', 'common']);
  const { data: somebody } = useQuery(me);
  const [state, setState] = useState<ConsentState | null>(null);
  const [purpose, setPurpose] = useState<(typeof purposes)[number] | null>(null);
  const query = useInfiniteQuery(consentEvents({ state: state ?? undefined, purpose: purpose ?? undefined }));
  const why = may(somebody, 'customers:export') ? undefined : t('common:noPermission');
  return (
    <Stack>
      <Text c="dimmed" maw={720} component="div">
        {t('ledgerAbout')} <Term name="ledger" />
      </Text>
      <Group align="flex-end">
        <Select
          label={t('word')}
          data={states.map((value) => ({ value, label: t(`customers:consent.${value}`) }))}
          value={state}
          placeholder={t('common:any')}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          onChange={(value) => setState(value as ConsentState | null)}
        />
        <Select
          label={t('purpose')}
          data={purposes.map((value) => ({ value, label: t(`purposes.${value}`) }))}
          value={purpose}
          placeholder={t('common:any')}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          onChange={(value) => setPurpose(value as typeof purpose)}
        />
        <ActionButton
          variant="default"
          why={why}
          onClick={() => void download('/api/v1/consent-events/export')}
        >
          {t('exportCsv')}
        </ActionButton>
        <ActionButton
          variant="default"
          why={why}
          onClick={() => void download('/api/v1/consent-events/export-json')}
        >
          {t('exportJson')}
        </ActionButton>
      </Group>
      <Text size="sm" c="dimmed">
        {t('exportAll')}
      </Text>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0)
            return (
              <Empty title={t(state || purpose ? 'noSuchWord' : 'noWord')}>
                {!state && !purpose && t('noWordBody')}
              </Empty>
            );
          return (
            <>
              <Words items={items} />
              <More count={items.length} {...query} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Words({ items }: { items: ConsentEvent[] }) {
  const { t } = useTranslation(['consent', 'customers', 'common']);
  return (
    <WideTable label={t('tab.ledger')} minWidth={720}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('customers:column.when')}</Table.Th>
          <Table.Th>{t('who')}</Table.Th>
          <Table.Th>{t('customers:column.about')}</Table.Th>
          <Table.Th>{t('customers:column.word')}</Table.Th>
          <Table.Th>{t('customers:column.door')}</Table.Th>
          <Table.Th>{t('customers:column.sourceShort')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((one) => (
          <Table.Tr key={one.id}>
            <Table.Td>{moment(one.occurred_at)}</Table.Td>
            <Table.Td>
              <Anchor
                component={Link}
                to="/customers/$customerId"
                params={{ customerId: one.customer_id } as never}
                size="sm"
                underline="always"
              >
                {`…${one.customer_id.slice(-8)}`}
              </Anchor>
            </Table.Td>
            <Table.Td>{t(`purposes.${one.purpose}`)}</Table.Td>
            <Table.Td>
              <ConsentBadge state={one.state} />
              {!one.counted && <Text size="xs">{t('customers:notCounted')}</Text>}
            </Table.Td>
            <Table.Td>{t(`customers:method.${one.method}`, { defaultValue: one.method })}</Table.Td>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              {one.source}
              {one.evidence && (
                <Text size="xs" c="dimmed">
                  {t('evidence', { evidence: one.evidence })}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </WideTable>
  );
}
