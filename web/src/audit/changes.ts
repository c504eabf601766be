/** What an entry of the audit log says about fields: `{"role": {"before": "agent", "after": "admin"}}`. */

export interface Changed {
  field: string;
  before?: string;
  after?: string;
}

export function changed(changes: unknown): Changed[] {
  if (changes === null || typeof changes !== 'object') return [];
  return Object.entries(changes).map(([field, change]) => {
    const { before, after } = (change ?? {}) as { before?: unknown; after?: unknown };
    return { field: field.replaceAll('_', ' '), before: text(before), after: text(after) };
  });
}

function text(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** An operation nobody has words for yet: `launchCampaign` as "Launch campaign". */
export function words(operation: string): string {
  const spaced = operation.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
