import { describe, expect, it } from 'vitest';

import { schema, toPolicy, toValues } from './policy';

/** Nothing decided but what always stands there. */
const bare = { blocked_countries: [], us_marketing: false, hold_while_red: true };

describe('the sending policy', () => {
  it('goes through the form and back', () => {
    const policy = {
      marketing_hours: { from: '10:00', until: '18:00', weekends: false },
      time_zone: 'Asia/Kolkata',
      frequency: { messages: 1, days: 3, over: 'wait' as const },
      blocked_countries: ['FR'],
      us_marketing: true,
      hold_while_red: false,
    };
    expect(toPolicy(toValues(policy))).toEqual(policy);
  });
  it('leaves hours and cap out when they are switched off', () => {
    const policy = toPolicy({ ...toValues(bare), hours: false, capped: false });
    expect(policy).not.toHaveProperty('marketing_hours');
    expect(policy).not.toHaveProperty('frequency');
  });
  it('asks for numbers only where there is a cap', () => {
    expect(schema.safeParse({ ...toValues(bare), capped: true, messages: '' }).success).toBe(false);
    expect(schema.safeParse({ ...toValues(bare), capped: false, messages: '' }).success).toBe(true);
  });
});
