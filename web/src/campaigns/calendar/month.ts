/** A month of campaigns: which day each one is on. Days are those of this browser's clock, written `2026-11-21`. */
import type { Campaign } from '../../api/types';

/** What a campaign does on a day: it is to go out, goes out again by its rule, began, or was still going out. */
export type Kind = 'planned' | 'repeat' | 'began' | 'going';

export interface Entry {
  campaign: Campaign;
  kind: Kind;
  at: Date;
}

export type Month = { year: number; month: number };

export function dayOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `2026-11` as a month; anything else is the present one. */
export function parseMonth(text: string | undefined, now: Date): Month {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(text ?? '') ?? [];
  const found = { year: Number(year), month: Number(month) - 1 };
  return year && found.month >= 0 && found.month < 12
    ? found
    : { year: now.getFullYear(), month: now.getMonth() };
}

export function formatMonth({ year, month }: Month, by = 0): string {
  return dayOf(new Date(year, month + by, 1)).slice(0, 7);
}

/** The weeks of a month, from Monday on; days of the months beside it fill the first and the last. */
export function weeks({ year, month }: Month): Date[][] {
  const first = new Date(year, month, 1);
  const before = (first.getDay() + 6) % 7;
  const length = new Date(year, month + 1, 0).getDate();
  return Array.from({ length: Math.ceil((before + length) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_day, day) => new Date(year, month, 1 - before + week * 7 + day)),
  );
}

/** Every campaign on its days between two, first by time of day. */
export function place(campaigns: Campaign[], from: Date, until: Date, now: Date): Map<string, Entry[]> {
  const days = new Map<string, Entry[]>();
  const add = (entry: Entry) => {
    if (entry.at < from || entry.at >= until) return;
    const day = dayOf(entry.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  };
  for (const campaign of campaigns) {
    for (const at of runs(campaign, until))
      add({ campaign, kind: at.again ? 'repeat' : 'planned', at: at.at });
    if (!campaign.launched_at) continue;
    const began = new Date(campaign.launched_at);
    add({ campaign, kind: 'began', at: began });
    const ended = campaign.finished_at ? new Date(campaign.finished_at) : now;
    const next = new Date(began.getFullYear(), began.getMonth(), began.getDate() + 1);
    for (; next <= ended && next < until; next.setDate(next.getDate() + 1))
      add({ campaign, kind: 'going', at: new Date(next) });
  }
  for (const entries of days.values()) entries.sort((a, b) => a.at.getTime() - b.at.getTime());
  return days;
}

/**
 * When a scheduled campaign goes out: next, and then by its rule. Only the rules the console makes are worked out
 * (every so many days, weeks or months); of a finer one the server tells the next time, and no more is shown.
 */
function runs({ status, schedule }: Campaign, until: Date): { at: Date; again: boolean }[] {
  if (status !== 'scheduled' || !schedule?.next_run_at) return [];
  const first = new Date(schedule.next_run_at);
  const found = [{ at: first, again: false }];
  const rule = new Map(schedule.repeat?.split(';').map((part) => part.split('=') as [string, string]));
  const step = Number(rule.get('INTERVAL') ?? 1);
  const most = rule.has('COUNT') ? Number(rule.get('COUNT')) - schedule.runs : 400;
  const simple = [...rule.keys()].every((part) => ['FREQ', 'INTERVAL', 'COUNT'].includes(part));
  if (!schedule.repeat || !simple || !(step >= 1)) return found;
  for (let count = 1; count < most; count += 1) {
    const at = new Date(first);
    const freq = rule.get('FREQ');
    if (freq === 'DAILY') at.setDate(at.getDate() + count * step);
    else if (freq === 'WEEKLY') at.setDate(at.getDate() + 7 * count * step);
    else if (freq === 'MONTHLY') at.setMonth(at.getMonth() + count * step);
    else break;
    if (at >= until) break;
    // The 31st is skipped in shorter months, as the rule of the server does.
    if (freq === 'MONTHLY' && at.getDate() !== first.getDate()) continue;
    found.push({ at, again: true });
  }
  return found;
}
