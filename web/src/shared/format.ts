/** Numbers, moments and amounts, in the reader's language. The API speaks UTC; people see their own clock. */
import i18next from 'i18next';

const language = () => i18next.language || 'en';

export function number(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}

/** A share of a whole, rounded so that a single failure in a million is not "0%". */
export function percent(part: number, whole: number): string {
  const share = whole > 0 ? part / whole : 0;
  if (share > 0 && share < 0.001) return '<0.1%';
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 1 }).format(share);
}

export function moment(at: string | undefined): string {
  if (!at) return '–';
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(at),
  );
}

export function day(at: string | undefined): string {
  if (!at) return '–';
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium' }).format(new Date(at));
}

export function time(at: Date): string {
  return new Intl.DateTimeFormat(language(), { timeStyle: 'short' }).format(at);
}

export function monthName(at: Date): string {
  return new Intl.DateTimeFormat(language(), { month: 'long', year: 'numeric' }).format(at);
}

export function weekday(at: Date): string {
  return new Intl.DateTimeFormat(language(), { weekday: 'short' }).format(at);
}

/** A moment some days ago as a field of a form shows it, by this browser's clock: `2026-11-21T09:30`. */
export function daysAgo(days: number): string {
  const at = new Date(Date.now() - days * 86_400_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** How long ago, in the largest unit that fits: `3 min`. */
export function age(at: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(at)) / 1000));
  const [value, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [seconds / 60, 'minute']
        : seconds < 86_400
          ? [seconds / 3600, 'hour']
          : [seconds / 86_400, 'day'];
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: unit as string,
    unitDisplay: 'long',
  }).format(Math.floor(value as number));
}

export function bytes(size: number): string {
  if (size < 1024) return `${number(size)} B`;
  const kilo = size / 1024;
  return kilo < 1024 ? `${number(Math.round(kilo))} KB` : `${number(Math.round(kilo / 102.4) / 10)} MB`;
}

export interface Money {
  micros: number;
  amount: string;
  currency: string;
}

/** An amount with all the digits that matter: a message costs fractions of a cent, a campaign does not. */
export function money(value: Money | undefined): string {
  if (!value) return '–';
  const amount = value.micros / 1_000_000;
  return new Intl.NumberFormat(language(), {
    style: 'currency',
    currency: value.currency,
    maximumFractionDigits: Math.abs(amount) < 1 ? 4 : 2,
  }).format(amount);
}

/** The zone of this browser, for forms that ask when something is to happen. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function zones(): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes('UTC') ? known : ['UTC', ...known];
}

/** Whether a moment is over. */
export function isPast(at: string): boolean {
  return Date.parse(at) <= Date.now();
}

/** Whether a moment was less than `ms` ago. */
export function within(ms: number, at: string | undefined): boolean {
  return at !== undefined && Date.now() - Date.parse(at) < ms;
}
