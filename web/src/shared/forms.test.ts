import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { ApiProblem } from '../api/problem';
import { checkWith, formPath, placeErrors } from './forms';

const problem = (...errors: [string, string][]) =>
  new ApiProblem({
    status: 422,
    code: 'invalid_input',
    detail: 'something is wrong',
    errors: errors.map(([field, message]) => ({ field, message, code: 'x' })),
  });

describe('placing the errors of the server on the fields of a form', () => {
  it('puts each on its own field', () => {
    expect(placeErrors(problem(['access_token', 'refused']), ['access_token'])).toEqual({
      fields: { access_token: 'refused' },
      rest: [],
    });
  });

  it('reads places in lists', () => {
    expect(formPath('recipients[3].phone')).toBe('recipients.3.phone');
    expect(placeErrors(problem(['cards[0].body', 'too long']), ['cards.0.body']).fields).toEqual({
      'cards.0.body': 'too long',
    });
  });

  it('falls back to the nearest field above, also a renamed one', () => {
    const rename = { audience: 'kind', 'audience.tag': 'tag' };
    expect(placeErrors(problem(['audience.tag', 'a']), ['kind', 'tag'], rename).fields).toEqual({ tag: 'a' });
    expect(placeErrors(problem(['audience.outcome', 'b']), ['kind', 'tag'], rename).fields).toEqual({
      kind: 'b',
    });
  });

  it('leaves what has no field for the sentence, and joins what shares one', () => {
    const placed = placeErrors(problem(['name', 'a'], ['name', 'b'], ['elsewhere', 'c']), ['name']);
    expect(placed).toEqual({ fields: { name: 'a b' }, rest: ['c'] });
  });

  it('says the whole sentence where no field is named', () => {
    expect(placeErrors(problem(), ['name'])).toEqual({ fields: {}, rest: ['something is wrong'] });
  });
});

describe('a schema', () => {
  it('gives one message a field, in words', () => {
    const check = checkWith(z.object({ name: z.string().min(1, 'needed') }), (key) => `say ${key}`);
    expect(check({ name: '' })).toEqual({ name: 'say needed' });
    expect(check({ name: 'Asha' })).toEqual({});
  });
});
