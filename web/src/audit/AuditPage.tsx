/** Who did what, newest first: every write of a person or a program. What is looked for stands in the address. */
import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { apiKeys, auditEvents, me, members } from '../api/queries';
import { may } from '../shared/can';
import { More } from '../shared/More';
import { Page } from '../shared/Page';
import { Empty, Loaded } from '../shared/states';
import { Term } from '../shared/Term';
import { actions } from './actions';
import { Entry } from './Entry';
import { dayAfter, dayStart } from './days';

const route = getRouteApi('/inside/settings/audit');

export default function AuditPage() {
  const { t } = useTranslation(['audit', 'common']);
  const search = route.useSearch();
  const navigate = useNavigate();
  const names = useNames();
  const query = useInfiniteQuery(
    auditEvents({
      actor: search.actor,
      action: search.action,
      subject: search.subject,
      from: dayStart(search.from),
      to: dayAfter(search.to),
    }),
  );
  const narrow = (change: object) =>
    void navigate({ to: '/settings/audit', search: { ...search, ...change }, replace: true });
  const narrowSoon = useDebouncedCallback(narrow, 300);
  const filtered = Object.values(search).some(Boolean);
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="audit" />
        </>
      }
    >
      <Group align="flex-end">
        <Select
          label={t('actor')}
          data={[...names].map(([value, label]) => ({ value, label }))}
          value={search.actor ?? null}
          placeholder={t('common:any')}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          onChange={(value) => narrow({ actor: value ?? undefined })}
        />
        <Select
          label={t('action')}
          data={actions.map((value) => ({ value, label: t(`did.${value}`) }))}
          value={search.action ?? null}
          placeholder={t('common:any')}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('common:clear') }}
          miw={260}
          onChange={(value) => narrow({ action: value ?? undefined })}
        />
        <TextInput
          label={t('subject')}
          placeholder="cmp_…"
          defaultValue={search.subject ?? ''}
          onChange={(event) => narrowSoon({ subject: event.currentTarget.value.trim() || undefined })}
        />
        <TextInput
          type="date"
          label={t('from')}
          value={search.from ?? ''}
          onChange={(event) => narrow({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t('to')}
          value={search.to ?? ''}
          onChange={(event) => narrow({ to: event.currentTarget.value || undefined })}
        />
      </Group>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0)
            return filtered ? (
              <Empty
                title={t('noneSuch')}
                action={
                  <Button variant="default" component={Link} to="/settings/audit">
                    {t('showAll')}
                  </Button>
                }
              />
            ) : (
              <Empty title={t('none')}>{t('noneBody')}</Empty>
            );
          return (
            <Stack gap="xs">
              <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {items.map((item) => (
                  <Entry key={item.id} item={item} names={names} />
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

/** What people and keys are called. Those who left are not known any more; their ids are shown. */
function useNames(): Map<string, string> {
  const { data: somebody } = useQuery(me);
  const { data: people } = useQuery({ ...members, enabled: may(somebody, 'members:read') });
  const { data: keys } = useQuery({ ...apiKeys, enabled: may(somebody, 'keys:read') });
  return new Map([
    ...(people?.items ?? []).map((one): [string, string] => [one.user_id, one.name || one.email]),
    ...(keys?.items ?? []).map((one): [string, string] => [one.id, one.name]),
  ]);
}
