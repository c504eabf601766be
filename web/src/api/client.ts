/**
 * The only door to the server: a client typed by `schema.d.ts`, which is generated from openapi.yaml. It renews the
 * session when an access token has ended, and tells the shell when nobody answers.
 */
import createClient from 'openapi-fetch';

import { reportConnection } from './connection';
import type { paths } from './schema';
import { csrf, renew, sessionExpired } from './session';

/** What answers 401 because of what was typed, not because the session is over. */
const signingIn = ['/api/v1/auth/login', '/api/v1/auth/refresh'];

/**
 * One request: sent, and sent once more if the session only had to be renewed. A file is not kept for a second time:
 * who uploads one renews the session before (`src/customers/imports/upload.ts`).
 */
export async function send(request: Request): Promise<Response> {
  if (request.headers.get('Content-Type') === 'application/octet-stream') return attempt(request);
  const again = request.clone();
  let response = await attempt(request);
  if (response.status !== 401 || signingIn.some((path) => new URL(request.url).pathname === path))
    return response;
  if (await renew()) response = await attempt(again);
  if (response.status === 401) sessionExpired();
  return response;
}

async function attempt(request: Request): Promise<Response> {
  try {
    const response = await globalThis.fetch(request);
    // A proxy in front of a server that is away answers for it.
    reportConnection(response.status !== 502 && response.status !== 504);
    return response;
  } catch (thrown) {
    if (!request.signal.aborted) reportConnection(false);
    throw thrown;
  }
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin, fetch: send, headers: csrf });
