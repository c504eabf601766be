import { expect, it } from 'vitest';

import { dayAfter, dayStart } from './days';

it('searches from the beginning of a day to its end, by the clock on the wall', () => {
  const start = new Date(dayStart('2026-11-21') ?? '');
  expect([start.getDate(), start.getHours()]).toEqual([21, 0]);
  const end = new Date(dayAfter('2026-11-30') ?? '');
  expect([end.getMonth(), end.getDate(), end.getHours()]).toEqual([11, 1, 0]);
});

it('leaves out what is no day', () => {
  expect(dayStart(undefined)).toBeUndefined();
  expect(dayAfter('soon')).toBeUndefined();
});
