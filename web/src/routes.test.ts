import { expect, it } from 'vitest';

import { tokenIn } from './identity/token';
import { safeReturn } from './routes';

it('returns only to addresses of our own', () => {
  expect(safeReturn('/campaigns/cmp_1?status=draft')).toBe('/campaigns/cmp_1?status=draft');
  expect(safeReturn('//evil.example')).toBeUndefined();
  expect(safeReturn('/\\evil.example')).toBeUndefined();
  expect(safeReturn('https://evil.example')).toBeUndefined();
  expect(safeReturn(7)).toBeUndefined();
});

it('reads the token behind the # of a link', () => {
  expect(tokenIn('token=abc')).toBe('abc');
  expect(tokenIn('#token=abc')).toBe('abc');
  expect(tokenIn('')).toBeUndefined();
});
