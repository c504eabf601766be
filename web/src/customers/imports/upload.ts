/** Bringing a file to the server, which says what it is; here only what needs no reading. */
import { api } from '../../api/client';
import { unwrap } from '../../api/problem';
import type { Import } from '../../api/types';

/** docs/api-design.md, "Requests and answers". */
export const largest = 300 * 1024 * 1024;

export type FileRefusal = 'empty' | 'tooLarge';

export function refuse(file: Pick<File, 'size'>): FileRefusal | undefined {
  if (file.size === 0) return 'empty';
  return file.size > largest ? 'tooLarge' : undefined;
}

export async function upload(file: File): Promise<Import> {
  // A long upload must not end in a 401.
  await unwrap(api.GET('/api/v1/auth/me'));
  return unwrap(
    api.POST('/api/v1/imports', {
      params: { query: { file_name: file.name } },
      headers: { 'Content-Type': 'application/octet-stream' },
      // The generator calls a binary body a string.
      body: file as unknown as string,
      bodySerializer: (body) => body,
    }),
  );
}

/** What a column may be good for; a column keeps what was guessed for it even if it is not in this list. */
export function uses(column: string, guessed: string[]): string[] {
  const known = [
    'phone',
    'name',
    'tags',
    'opt_in',
    'opt_in_purpose',
    'opt_in_at',
    'opt_in_source',
    'time_zone',
  ];
  const attribute = `attribute:${
    column
      .trim()
      .toLowerCase()
      .replace(/\W+/gu, '_')
      .replace(/^_+|_+$/g, '') || 'value'
  }`;
  return [...new Set([...known, attribute, ...guessed])];
}
