import { describe, expect, it } from 'vitest';

import type { Campaign } from '../../api/types';
import { dayOf, formatMonth, parseMonth, place, weeks } from './month';

const november = { year: 2026, month: 10 };
const at = (day: number, hour = 10, month = 10) => new Date(2026, month, day, hour).toISOString();
const campaign = (rest: Partial<Campaign>) => ({ status: 'completed', ...rest }) as Campaign;
const scheduled = (next: string, repeat?: string) =>
  campaign({
    status: 'scheduled',
    schedule: { at: '', time_zone: 'UTC', missed: 'skip', runs: 0, next_run_at: next, repeat },
  });
const days = (...campaigns: Campaign[]) => [
  ...place(campaigns, new Date(2026, 10, 1), new Date(2026, 11, 1), new Date(2026, 10, 27)).keys(),
];

describe('a month', () => {
  it('has whole weeks from Monday on', () => {
    const found = weeks(november);
    expect(found).toHaveLength(6);
    expect(found.flat().every((day, index) => (day.getDay() + 6) % 7 === index % 7)).toBe(true);
    expect(dayOf(found[0]?.[6] ?? new Date(0))).toBe('2026-11-01');
  });

  it('is named in addresses', () => {
    expect(parseMonth('2026-11', new Date(0))).toEqual(november);
    expect(parseMonth('2026-13', new Date(2025, 0, 5))).toEqual({ year: 2025, month: 0 });
    expect(formatMonth(november, 2)).toBe('2027-01');
  });
});

describe('campaigns of a month', () => {
  it('stand on the day they began, and on every day they still went out', () => {
    expect(days(campaign({ launched_at: at(5), finished_at: at(5, 11) }))).toEqual(['2026-11-05']);
    expect(days(campaign({ launched_at: at(5), finished_at: at(7) }))).toHaveLength(3);
    expect(days(campaign({ status: 'running', launched_at: at(26) }))).toEqual(['2026-11-26', '2026-11-27']);
  });

  it('are shown as often as their rule says', () => {
    expect(days(scheduled(at(28)))).toEqual(['2026-11-28']);
    expect(days(scheduled(at(28), 'FREQ=DAILY'))).toEqual(['2026-11-28', '2026-11-29', '2026-11-30']);
    expect(days(scheduled(at(2), 'FREQ=WEEKLY;INTERVAL=2'))).toEqual([
      '2026-11-02',
      '2026-11-16',
      '2026-11-30',
    ]);
    expect(days(scheduled(at(28), 'FREQ=DAILY;COUNT=2'))).toHaveLength(2);
    // A month without a 31st is left out, and a rule the console does not make is shown once.
    expect(days(scheduled(at(31, 10, 9), 'FREQ=MONTHLY'))).toEqual([]);
    expect(days(scheduled(at(2), 'FREQ=WEEKLY;BYDAY=MO,TH'))).toEqual(['2026-11-02']);
  });
});
