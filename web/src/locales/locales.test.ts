import { describe, expect, it } from 'vitest';

import enFirst from './en';
import enLater from './en/later';
import hiFirst from './hi';
import hiLater from './hi/later';

const en = { ...enFirst, ...enLater };
const hi = { ...hiFirst, ...hiLater };

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flat(value, `${prefix}${key}.`)),
    ),
  );
}

const gaps = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort();

describe.each(Object.keys(en) as (keyof typeof en)[])('%s in Hindi', (namespace) => {
  const english = flat(en[namespace]);
  const hindi = flat(hi[namespace]);

  it('has every text and no other', () => {
    expect(Object.keys(hindi).sort()).toEqual(Object.keys(english).sort());
  });

  it('has the same gaps in every text', () => {
    for (const [key, text] of Object.entries(english))
      expect(gaps(hindi[key] ?? ''), key).toEqual(gaps(text));
  });
});
