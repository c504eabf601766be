/** Everybody who can be messaged. What is searched for stands in the address, so it can be shared and gone back to. */
import { Anchor, Badge, Button, Card, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { customers, me } from '../api/queries';
import type { ConsentState, Customer } from '../api/types';
import { ActionButton } from '../shared/ActionButton';
import { may } from '../shared/can';
import { More } from '../shared/More';
import { Page } from '../shared/Page';
import { Empty, Loaded } from '../shared/states';
import { ConsentBadge } from './ConsentBadge';

const route = getRouteApi('/inside/customers');
const states: ConsentState[] = ['opted_in', 'opted_out', 'pending', 'unasked'];

export default function CustomersPage() {
  const { t } = useTranslation(['customers', 'common']);
  const { search, tag, consent } = route.useSearch();
  const navigate = useNavigate();
  const { data: somebody } = useQuery(me);
  const query = useInfiniteQuery(customers({ search, tag, marketing_consent: consent }));
  const narrow = (change: object) =>
    void navigate({ to: '/customers', search: { search, tag, consent, ...change }, replace: true });
  const narrowSoon = useDebouncedCallback(narrow, 300);
  const filtered = search || tag || consent;
  const why = (permission: 'customers:write' | 'customers:export') =>
    may(somebody, permission) ? undefined : t('common:noPermission');

  return (
    <Page
      title={t('title')}
      about={t('about')}
      actions={
        <>
          <ActionButton
            variant="default"
            why={why('customers:export')}
            onClick={() => void navigate({ to: '/customers/import' })}
          >
            {t('import')}
          </ActionButton>
          <ActionButton why={why('customers:write')} onClick={() => void navigate({ to: '/customers/new' })}>
            {t('add')}
          </ActionButton>
        </>
      }
    >
      <Group align="flex-end">
        <TextInput
          label={t('search')}
          description={t('searchHelp')}
          defaultValue={search ?? ''}
          type="search"
          onChange={(event) => narrowSoon({ search: event.currentTarget.value.trim() || undefined })}
        />
        <TextInput
          label={t('tag')}
          defaultValue={tag ?? ''}
          onChange={(event) => narrowSoon({ tag: event.currentTarget.value.trim() || undefined })}
        />
        <Select
          label={t('marketing')}
          data={states.map((value) => ({ value, label: t(`consent.${value}`) }))}
          value={consent ?? null}
          placeholder={t('common:any')}
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          onChange={(value) => narrow({ consent: value ?? undefined })}
        />
      </Group>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return filtered ? (
              <Empty
                title={t('noneSuch')}
                action={
                  <Button variant="default" component={Link} to="/customers">
                    {t('showAll')}
                  </Button>
                }
              />
            ) : (
              <Empty title={t('none')}>{t('noneBody')}</Empty>
            );
          }
          return (
            <Stack gap={6}>
              <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((item) => (
                  <Row key={item.id} item={item} />
                ))}
              </Stack>
              <More count={items.length} {...query} />
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Row({ item }: { item: Customer }) {
  const { t } = useTranslation(['customers', 'common']);
  return (
    <Card component="li" withBorder padding="xs">
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Anchor
            component={Link}
            to="/customers/$customerId"
            params={{ customerId: item.id } as never}
            fw={600}
            style={{ overflowWrap: 'anywhere' }}
          >
            {item.name ?? item.phone ?? item.username ?? t('nameless')}
          </Anchor>
          <Text size="sm" c="dimmed" dir="ltr" ta="start">
            {item.phone ?? t('hidden')}
          </Text>
        </div>
        <Group gap={4} justify="flex-end">
          {item.tags.slice(0, 3).map((tag) => (
            <Badge key={tag} variant="default" visibleFrom="sm" tt="none">
              {tag}
            </Badge>
          ))}
          <ConsentBadge state={item.marketing_consent.state} />
        </Group>
      </Group>
    </Card>
  );
}
