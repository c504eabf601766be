import { expect, it } from 'vitest';

import { largest, refuse, uses } from './upload';

it('refuses what needs no reading to be refused', () => {
  expect(refuse({ size: 0 })).toBe('empty');
  expect(refuse({ size: largest + 1 })).toBe('tooLarge');
  expect(refuse({ size: largest })).toBeUndefined();
});

it('offers an attribute of the column’s own name, and keeps what was guessed', () => {
  expect(uses('First City!', ['variable:1'])).toContain('attribute:first_city');
  expect(uses('x', ['variable:1'])).toContain('variable:1');
});
