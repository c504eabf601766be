import { describe, expect, it } from 'vitest';

import { nextStep } from './checklist';
import { addUp, launchedToday } from './today';

describe('the first steps', () => {
  it('follow each other, and end', () => {
    const found = { senders: 0, customers: 0, approvedTemplates: 0, launchedCampaigns: 0 };
    expect(nextStep(found)).toBe('sender');
    expect(nextStep({ ...found, senders: 1 })).toBe('customers');
    expect(nextStep({ senders: 1, customers: 9, approvedTemplates: 2, launchedCampaigns: 0 })).toBe(
      'campaign',
    );
    expect(
      nextStep({ senders: 1, customers: 9, approvedTemplates: 2, launchedCampaigns: 1 }),
    ).toBeUndefined();
  });
});

describe('today', () => {
  it('is the day of the reader’s clock', () => {
    const now = new Date(2026, 4, 3, 0, 30);
    expect(launchedToday({ launched_at: new Date(2026, 4, 3, 0, 1).toISOString() }, now)).toBe(true);
    expect(launchedToday({ launched_at: new Date(2026, 4, 2, 23, 59).toISOString() }, now)).toBe(false);
    expect(launchedToday({}, now)).toBe(false);
  });
  it('adds campaigns up', () => {
    const funnel = { total: 3, sent: 2, delivered: 2, read: 1, responded: 0, failed: 1 };
    expect(addUp([{ funnel }, { funnel }])).toEqual({
      total: 6,
      sent: 4,
      delivered: 4,
      read: 2,
      responded: 0,
      failed: 2,
    });
    expect(addUp([]).total).toBe(0);
  });
});
