import { describe, expect, it } from 'vitest';

import type { CampaignSnapshot, StatusCounts } from '../api/types';
import { reasonsChanged } from './live';
import { progress, settled, waiting } from './numbers';

const none: StatusCounts = {
  planned: 0,
  pending: 0,
  queued: 0,
  sending: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  held: 0,
  unknown: 0,
  failed: 0,
  skipped: 0,
  opted_out: 0,
  cancelled: 0,
};
const snapshot = (counts: Partial<StatusCounts>) => ({ counts: { ...none, ...counts } }) as CampaignSnapshot;

describe('the numbers of a campaign', () => {
  it('are nothing before anybody is in it', () => {
    expect(progress(none)).toBe(0);
  });

  it('count whoever has an answer as done, whatever it is', () => {
    const counts = { ...none, read: 3, failed: 1, skipped: 1, opted_out: 1, held: 1, unknown: 1 };
    expect(settled(counts)).toBe(6);
    expect(waiting(counts)).toBe(2);
    expect(progress(counts)).toBe(0.75);
  });

  it('have reasons asked for again only when somebody new was not reached', () => {
    expect(reasonsChanged(undefined, snapshot({}))).toBe(true);
    expect(reasonsChanged(snapshot({ sent: 1 }), snapshot({ delivered: 1 }))).toBe(false);
    expect(reasonsChanged(snapshot({}), snapshot({ failed: 1 }))).toBe(true);
  });
});
