import { describe, expect, it } from 'vitest';

import { attributesText, changedAttributes, parseAttributes, tagChanges } from './change';

describe('attributes as lines', () => {
  it('come back as they were', () => {
    const attributes = { city: 'Pune', visits: 3, vip: true, note: 'a: b' };
    expect(parseAttributes(attributesText(attributes))).toEqual(attributes);
  });
  it('keep what only looks like a number', () => {
    expect(parseAttributes('order: 007\nid: 123456789012345678901')).toEqual({
      order: '007',
      id: '123456789012345678901',
    });
  });
  it('need a name', () => {
    expect(parseAttributes('just text')).toBeUndefined();
    expect(parseAttributes(': x')).toBeUndefined();
  });
  it('are sent only where they changed, and removed by null', () => {
    expect(changedAttributes({ a: 1, b: 2 }, { a: 1, c: 3 })).toEqual({ b: null, c: 3 });
    expect(changedAttributes({ a: 1 }, { a: 1 })).toBeUndefined();
  });
});

it('tags are put on and taken off', () => {
  expect(tagChanges(['a', 'b'], ['b', 'c'])).toEqual({ add: ['c'], remove: ['a'] });
});
