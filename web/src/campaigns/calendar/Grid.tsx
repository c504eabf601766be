/** The month as a table, a week a row. Campaigns in it are links, so the keyboard goes from one to the next. */
import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { monthName, weekday } from '../../shared/format';
import { CampaignLink } from './CampaignLink';
import { dayOf, type Entry } from './month';

interface Props {
  weeks: Date[][];
  month: number;
  days: Map<string, Entry[]>;
  now: Date;
}

export function Grid({ weeks, month, days, now }: Props) {
  const { t } = useTranslation(['calendar', 'common']);
  const first = weeks[0] ?? [];
  const name = monthName(weeks[1]?.[0] ?? now);
  return (
    <Table withTableBorder withColumnBorders layout="fixed" verticalSpacing={6} aria-label={name}>
      <Table.Thead>
        <Table.Tr>
          {first.map((day) => (
            <Table.Th key={day.getDay()} scope="col">
              {weekday(day)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {weeks.map((week) => (
          <Table.Tr key={dayOf(week[0] ?? now)}>
            {week.map((day) => {
              const today = dayOf(day) === dayOf(now);
              const entries = days.get(dayOf(day)) ?? [];
              return (
                <Table.Td
                  key={dayOf(day)}
                  data-testid={`day-${dayOf(day)}`}
                  style={{ verticalAlign: 'top', height: 96, overflow: 'hidden' }}
                  aria-current={today ? 'date' : undefined}
                >
                  <Text
                    size="sm"
                    fw={today ? 700 : 400}
                    c={day.getMonth() === month ? undefined : 'dimmed'}
                    td={today ? 'underline' : undefined}
                  >
                    {day.getDate()}
                    {today && (
                      <Text span size="xs">
                        {' '}
                        {t('today')}
                      </Text>
                    )}
                  </Text>
                  {entries.length > 0 && (
                    <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
                      {entries.map((entry) => (
                        <li key={`${entry.campaign.id}-${entry.kind}`}>
                          <CampaignLink entry={entry} />
                        </li>
                      ))}
                    </ul>
                  )}
                </Table.Td>
              );
            })}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
