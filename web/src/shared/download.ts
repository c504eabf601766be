/**
 * Saves a file of the server. The browser fetches it by itself, so it may be of any length; the session is made sure
 * of first, because a refused download would be saved as a file that says "401".
 */
import { api } from '../api/client';
import { unwrap } from '../api/problem';

export async function download(address: string): Promise<void> {
  await unwrap(api.GET('/api/v1/auth/me'));
  const link = document.createElement('a');
  link.href = address;
  link.download = '';
  link.click();
}
