/** One person: what is known, what they said about messages, every word of it. */
import { Badge, Card, Group, Modal, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { customer, customerConsent, me } from '../api/queries';
import type { Customer } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { moment } from '../shared/format';
import { More } from '../shared/More';
import { Page } from '../shared/Page';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { WideTable } from '../shared/WideTable';
import { ConsentBadge } from './ConsentBadge';
import { CustomerForm } from './CustomerForm';
import { Rights } from './Rights';

export default function CustomerPage() {
  const { customerId } = useParams({ strict: false }) as { customerId: string };
  const query = useQuery(customer(customerId));
  return <Loaded query={query}>{(found) => <Detail found={found} />}</Loaded>;
}

function Detail({ found }: { found: Customer }) {
  const { t } = useTranslation(['customers', 'common']);
  const { data: somebody } = useQuery(me);
  const [changing, { open, close }] = useDisclosure(false);
  const why = !may(somebody, 'customers:write')
    ? t('common:noPermission')
    : found.phone
      ? undefined
      : t('why.noPhone');
  const facts: [string, string | undefined][] = [
    [t('phone'), found.phone ?? t('hidden')],
    [t('username'), found.username && `@${found.username}`],
    [t('zone'), found.time_zone],
    [t('lastInbound'), found.last_inbound_at && moment(found.last_inbound_at)],
    [t('known'), moment(found.created_at)],
    ...Object.entries(found.attributes).map(([name, value]): [string, string] => [name, String(value)]),
  ];
  return (
    <Page
      title={found.name ?? found.phone ?? found.username ?? t('nameless')}
      about={
        <Group gap={4} mt={4}>
          <ConsentBadge state={found.marketing_consent.state} />
          <Term name="consent" />
          {found.tags.map((tag) => (
            <Badge key={tag} variant="default" tt="none">
              {tag}
            </Badge>
          ))}
        </Group>
      }
      actions={
        <ActionButton why={why} onClick={open}>
          {t('change')}
        </ActionButton>
      }
    >
      <Card withBorder component="section" aria-labelledby="known">
        <Title order={2} size="h4" id="known" mb="xs">
          {t('facts')}
        </Title>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} component="dl" m={0}>
          {facts
            .filter(([, value]) => value)
            .map(([name, value]) => (
              <div key={name}>
                <Text component="dt" size="sm" c="dimmed">
                  {name}
                </Text>
                <Text component="dd" m={0} style={{ overflowWrap: 'anywhere' }}>
                  {value}
                </Text>
              </div>
            ))}
        </SimpleGrid>
      </Card>
      <History id={found.id} />
      <Rights found={found} />
      <Modal
        opened={changing}
        onClose={close}
        title={t('change')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('common:close') }}
      >
        <CustomerForm customer={found} onDone={close} />
      </Modal>
    </Page>
  );
}

function History({ id }: { id: string }) {
  const { t } = useTranslation(['customers', 'common']);
  const query = useInfiniteQuery(customerConsent(id));
  return (
    <Card withBorder component="section" aria-labelledby="history">
      <Title order={2} size="h4" id="history" mb="xs">
        {t('history')}
      </Title>
      <Loaded query={query}>
        {({ pages }) => {
          const words = pages.flatMap((page) => page.items);
          if (words.length === 0) return <Empty title={t('noWords')}>{t('noWordsBody')}</Empty>;
          return (
            <Stack gap="xs">
              <WideTable label={t('history')} minWidth={560}>
                <Table.Thead>
                  <Table.Tr>
                    {(['when', 'about', 'word', 'door', 'sourceShort'] as const).map((name) => (
                      <Table.Th key={name}>{t(`column.${name}`)}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {words.map((one) => (
                    <Table.Tr key={one.id}>
                      <Table.Td>{moment(one.occurred_at)}</Table.Td>
                      <Table.Td>{t(`purpose.${one.purpose}`, { defaultValue: one.purpose })}</Table.Td>
                      <Table.Td>
                        <ConsentBadge state={one.state} />
                        {!one.counted && <Text size="xs">{t('notCounted')}</Text>}
                      </Table.Td>
                      <Table.Td>{t(`method.${one.method}`, { defaultValue: one.method })}</Table.Td>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.source}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </WideTable>
              <More count={words.length} {...query} />
            </Stack>
          );
        }}
      </Loaded>
    </Card>
  );
}
