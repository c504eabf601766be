import { expect, it } from 'vitest';

import { byLane } from './requeue';

it('asks lane by lane, at most 200 at a time', () => {
  const bulk = Array.from({ length: 201 }, (_, index) => ({ id: `b${index}`, lane: 'bulk' as const }));
  const asked = byLane([...bulk, { id: 'i', lane: 'inbound' }]);
  expect(asked.map(({ lane, ids }) => [lane, ids.length])).toEqual([
    ['bulk', 200],
    ['bulk', 1],
    ['inbound', 1],
  ]);
  expect(byLane([])).toEqual([]);
});
