/** Everybody in a campaign. Only the rows on the screen are drawn, so a hundred thousand scroll like a hundred. */
import { Anchor, Box, Button, Card, Group, MultiSelect, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { me, recipients } from '../api/queries';
import type { Campaign, MessageStatus, Recipient } from '../api/types';
import { may } from '../shared/can';
import { download } from '../shared/download';
import { moment } from '../shared/format';
import { Empty, Loaded } from '../shared/states';

const filters: MessageStatus[] = [
  'planned',
  'pending',
  'queued',
  'sending',
  'held',
  'unknown',
  'sent',
  'delivered',
  'read',
  'failed',
  'skipped',
  'opted_out',
  'cancelled',
];
const rowHeight = 58;

export function Recipients({ campaign, version }: { campaign: Campaign; version?: string }) {
  const { t } = useTranslation(['campaigns', 'common']);
  const [status, setStatus] = useState<MessageStatus[]>([]);
  const query = useInfiniteQuery(recipients(campaign.id, status));
  const { data: somebody } = useQuery(me);
  const address = `/api/v1/campaigns/${campaign.id}/recipients/export${status.length > 0 ? `?status=${status.join(',')}` : ''}`;
  return (
    <Card withBorder component="section" aria-labelledby="recipients">
      <Group justify="space-between" align="flex-end" mb="sm">
        <Title order={2} size="h4" id="recipients">
          {t('recipients.title')}
        </Title>
        <Group align="flex-end">
          <Button
            variant="subtle"
            size="sm"
            onClick={() => void query.refetch()}
            loading={query.isRefetching}
            data-version={version}
          >
            {t('common:refresh')}
          </Button>
          {may(somebody, 'customers:export') && (
            <Button variant="default" size="sm" onClick={() => void download(address)}>
              {t('recipients.export')}
            </Button>
          )}
          <MultiSelect
            label={t('recipients.filter')}
            data={filters.map((value) => ({ value, label: t(`message.${value}`) }))}
            value={status}
            placeholder={status.length === 0 ? t('common:any') : undefined}
            onChange={(value) => setStatus(value as MessageStatus[])}
            miw={220}
            maw={420}
          />
        </Group>
      </Group>
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          if (rows.length === 0) {
            return (
              <Empty title={status.length > 0 ? t('recipients.noneSuch') : t('recipients.none')}>
                {t('recipients.noneBody')}
              </Empty>
            );
          }
          return (
            <Rows
              rows={rows}
              hasMore={query.hasNextPage}
              loading={query.isFetchingNextPage}
              more={() => void query.fetchNextPage()}
            />
          );
        }}
      </Loaded>
    </Card>
  );
}

interface RowsProps {
  rows: Recipient[];
  hasMore: boolean;
  loading: boolean;
  more: () => void;
}

const columns = 'minmax(150px, 1fr) 110px minmax(180px, 2fr) 170px';

function Rows({ rows, hasMore, loading, more }: RowsProps) {
  const { t } = useTranslation(['campaigns', 'common']);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler is not used here
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const shown = virtual.getVirtualItems();
  const end = shown.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && !loading && end >= rows.length - 20) more();
  }, [end, rows.length, hasMore, loading, more]);

  const cell = { padding: '4px 8px', minWidth: 0 } as const;
  return (
    <Box
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label={t('recipients.title')}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      style={{ maxHeight: 460, overflow: 'auto' }}
    >
      <Box role="rowgroup" style={{ minWidth: 640 }}>
        <Box
          role="row"
          aria-rowindex={1}
          style={{ display: 'grid', gridTemplateColumns: columns, fontWeight: 600 }}
        >
          {(['person', 'stands', 'why', 'changed'] as const).map((name) => (
            <Text role="columnheader" key={name} size="sm" fw={600} style={cell}>
              {t(`recipients.${name}`)}
            </Text>
          ))}
        </Box>
      </Box>
      <Box role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 640 }}>
        {shown.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <Box
              role="row"
              aria-rowindex={item.index + 2}
              key={row.message_id}
              style={{
                display: 'grid',
                gridTemplateColumns: columns,
                position: 'absolute',
                insetInline: 0,
                height: rowHeight,
                transform: `translateY(${item.start}px)`,
                borderTop: '1px solid var(--mantine-color-default-border)',
                alignItems: 'center',
              }}
            >
              <div role="cell" style={cell}>
                {row.customer_id ? (
                  <Anchor
                    component={Link}
                    to="/customers/$customerId"
                    params={{ customerId: row.customer_id } as never}
                    size="sm"
                    truncate
                    display="block"
                  >
                    {row.name ?? row.phone ?? t('recipients.hidden')}
                  </Anchor>
                ) : (
                  <Text size="sm">{row.name ?? row.phone}</Text>
                )}
                <Text size="xs" c="dimmed" truncate dir="ltr" ta="start">
                  {row.phone}
                </Text>
              </div>
              <Text role="cell" size="sm" style={cell}>
                {t(`message.${row.status}`, { defaultValue: row.status })}
              </Text>
              <Text role="cell" size="sm" style={cell} lineClamp={2} title={row.reason}>
                {row.reason ?? (row.responded_at ? t('recipients.answered') : '')}
              </Text>
              <Text role="cell" size="sm" style={cell}>
                {moment(row.updated_at)}
              </Text>
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}
