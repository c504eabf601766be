import { describe, expect, it } from 'vitest';

import type { CampaignStatus } from '../api/types';
import { isLive, may, refusal, type CampaignAction } from './can';

const marketer = { permissions: ['campaigns:write' as const, 'campaigns:launch' as const] };
const viewer = { permissions: [] };
const all: CampaignStatus[] = [
  'draft',
  'scheduled',
  'preparing',
  'running',
  'paused',
  'settling',
  'completed',
  'cancelled',
  'failed',
];
const where = (action: CampaignAction) =>
  all.filter((status) => refusal(marketer, status, action) === undefined);

describe('what can be done with a campaign', () => {
  // The table of core/src/campaigns/state.rs, `CampaignStatus::allowing`.
  it('follows the states of the server', () => {
    expect(where('edit')).toEqual(['draft']);
    expect(where('pause')).toEqual(['running', 'settling']);
    expect(where('resume')).toEqual(['paused']);
    expect(where('cancel')).toEqual(['preparing', 'running', 'paused', 'settling']);
    expect(where('retry')).toEqual(['running', 'settling', 'completed']);
    expect(where('unschedule')).toEqual(['scheduled']);
  });

  it('names the permission before the state', () => {
    expect(refusal(viewer, 'completed', 'pause')).toBe('permission');
    expect(refusal(marketer, 'completed', 'pause')).toBe('state');
    expect(refusal(undefined, 'running', 'pause')).toBe('permission');
  });

  it('knows nothing of people who are not there', () => {
    expect(may(undefined, 'campaigns:write')).toBe(false);
  });

  it('follows only what still changes', () => {
    expect(all.filter(isLive)).toEqual(['preparing', 'running', 'paused', 'settling']);
  });
});
