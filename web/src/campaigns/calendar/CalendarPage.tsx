/** A month of campaigns: what went out, what goes out now, and what is to come. A list of days on a phone. */
import { Alert, Button, Group, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { calendar } from '../../api/queries';
import { monthName } from '../../shared/format';
import { Page } from '../../shared/Page';
import { Empty, Loaded } from '../../shared/states';
import { Term } from '../../shared/Term';
import { DayList } from './DayList';
import { Grid } from './Grid';
import { formatMonth, parseMonth, place, weeks } from './month';

const route = getRouteApi('/inside/campaigns/calendar');

export default function CalendarPage() {
  const { t } = useTranslation(['calendar', 'common']);
  const search = route.useSearch();
  const navigate = useNavigate();
  const [now] = useState(() => new Date());
  const month = parseMonth(search.month, now);
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const query = useQuery(calendar);
  const go = (to: string | undefined) =>
    void navigate({ to: '/campaigns/calendar', search: { month: to }, replace: true });
  const shown = weeks(month);
  const first = new Date(month.year, month.month, 1);
  return (
    <Page
      title={t('title')}
      about={
        <>
          {t('about')} <Term name="campaign" />
        </>
      }
      actions={
        <Button component={Link} to="/campaigns" variant="default">
          {t('toList')}
        </Button>
      }
    >
      <Group>
        <Button variant="default" onClick={() => go(formatMonth(month, -1))}>
          {t('before')}
        </Button>
        <Button variant="default" onClick={() => go(undefined)}>
          {t('now')}
        </Button>
        <Button variant="default" onClick={() => go(formatMonth(month, 1))}>
          {t('after')}
        </Button>
        <Title order={2} size="h4" aria-live="polite">
          {monthName(first)}
        </Title>
      </Group>
      <Loaded query={query} rows={8}>
        {({ items, all }) => {
          const last = shown.at(-1)?.at(-1) ?? first;
          const from = narrow ? first : (shown[0]?.[0] ?? first);
          const until = narrow
            ? new Date(month.year, month.month + 1, 1)
            : new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1);
          const days = place(items, from, until, now);
          return (
            <>
              {!all && <Alert color="yellow">{t('notAll', { count: items.length })}</Alert>}
              {narrow ? (
                days.size === 0 ? (
                  <Empty title={t('none')}>{t('noneBody')}</Empty>
                ) : (
                  <DayList days={days} />
                )
              ) : (
                <Grid weeks={shown} month={month.month} days={days} now={now} />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
