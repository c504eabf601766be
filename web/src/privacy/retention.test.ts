import { expect, it } from 'vitest';

import { toPolicy, toValues } from './retention';

it('leaves out what is kept for ever', () => {
  expect(toPolicy(toValues({}))).toEqual({});
  expect(toPolicy(toValues({ content_months: 12 }))).toEqual({ content_months: 12 });
});
