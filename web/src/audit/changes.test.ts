import { expect, it } from 'vitest';

import en from '../locales/en/audit.json';
import { actions } from './actions';
import { changed, words } from './changes';

it('tells what stood there and what stands there now', () => {
  expect(
    changed({ role: { before: 'agent', after: 'admin' }, launch_needs_approval: { after: true } }),
  ).toEqual([
    { field: 'role', before: 'agent', after: 'admin' },
    { field: 'launch needs approval', before: undefined, after: 'true' },
  ]);
  expect(changed(undefined)).toEqual([]);
  expect(changed(null)).toEqual([]);
});

it('has words for every action that can be looked for', () => {
  for (const action of actions) expect(en).toHaveProperty([`did.${action}`]);
  expect(words('launchCampaign')).toBe('Launch campaign');
});
