/**
 * The session of a browser (docs/authentication.md, "Browsers"). Its tokens are in cookies no script can read; this
 * module only renews them. Access tokens last minutes, so an idle page meets a 401 first and renews then.
 */
import { reportConnection } from './connection';

/** What a request with cookies must carry to be believed; any value does. */
export const csrf = { 'X-Bellbird-Csrf': 'console' };

let renewing: Promise<boolean> | undefined;
const onExpired = new Set<() => void>();

/** Calls back when the session is over and somebody has to sign in again. */
export function whenExpired(callback: () => void): () => void {
  onExpired.add(callback);
  return () => void onExpired.delete(callback);
}

export function sessionExpired(): void {
  onExpired.forEach((callback) => callback());
}

/**
 * Renews the session; whether it goes on. All who ask at once share one request: a refresh token is good once, and a
 * second use would end the session.
 */
export function renew(): Promise<boolean> {
  renewing ??= request().finally(() => (renewing = undefined));
  return renewing;
}

async function request(): Promise<boolean> {
  const response = await globalThis.fetch('/api/v1/auth/refresh', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...csrf },
    body: '{}',
  });
  reportConnection(true);
  // 409: another tab renewed it a moment ago, and its cookies are ours, too.
  return response.ok || response.status === 409;
}
