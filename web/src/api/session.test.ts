import { afterEach, describe, expect, it, vi } from 'vitest';

import { send } from './client';
import { renew, whenExpired } from './session';

const answers = (...statuses: number[]) => {
  const calls: string[] = [];
  vi.stubGlobal('fetch', async (input: Request | string) => {
    calls.push(typeof input === 'string' ? input : new URL(input.url).pathname);
    return new Response('{}', { status: statuses.shift() ?? 200 });
  });
  return calls;
};

afterEach(() => vi.unstubAllGlobals());

describe('a session that has to be renewed', () => {
  it('is renewed once for all who ask at the same time', async () => {
    const calls = answers(200);
    expect(await Promise.all([renew(), renew(), renew()])).toEqual([true, true, true]);
    expect(calls).toEqual(['/api/v1/auth/refresh']);
  });

  it('lets the request through afterwards', async () => {
    const calls = answers(401, 200, 200);
    const response = await send(new Request('http://localhost/api/v1/senders'));
    expect(response.status).toBe(200);
    expect(calls).toEqual(['/api/v1/senders', '/api/v1/auth/refresh', '/api/v1/senders']);
  });

  it('goes on when another tab was faster', async () => {
    answers(401, 409, 200);
    expect((await send(new Request('http://localhost/api/v1/senders'))).status).toBe(200);
  });

  it('is over when it cannot be renewed, and says so', async () => {
    answers(401, 401);
    const expired = vi.fn();
    const stop = whenExpired(expired);
    expect((await send(new Request('http://localhost/api/v1/senders'))).status).toBe(401);
    expect(expired).toHaveBeenCalledOnce();
    stop();
  });

  it('is not the question when a password is wrong', async () => {
    const calls = answers(401);
    await send(new Request('http://localhost/api/v1/auth/login', { method: 'POST', body: '{}' }));
    expect(calls).toEqual(['/api/v1/auth/login']);
  });
});
