/** What changed about a person, as the API takes it: attributes are merged, tags put on and taken off. */

type Attributes = Record<string, unknown>;

/** One attribute a line, `name: value`, the way people write lists. */
export function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
}

/** Back from lines; nothing if a line has no name. Numbers and true/false are those, everything else is text. */
export function parseAttributes(text: string): Attributes | undefined {
  const attributes: Attributes = {};
  for (const line of text.split('\n')) {
    if (!line.trim()) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    if (colon < 1 || !name) return undefined;
    attributes[name] = word(line.slice(colon + 1).trim());
  }
  return attributes;
}

function word(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  // Only what comes out again as it went in: an order number `007` or a long id stays text.
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What to send so that `after` stands there: changed ones, and `null` for those taken out. */
export function changedAttributes(before: Attributes, after: Attributes): Attributes | undefined {
  const changed = Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
  for (const name of Object.keys(before)) if (!(name in after)) changed[name] = null;
  return Object.keys(changed).length > 0 ? changed : undefined;
}

export function tagChanges(before: string[], after: string[]): { add: string[]; remove: string[] } {
  return {
    add: after.filter((tag) => !before.includes(tag)),
    remove: before.filter((tag) => !after.includes(tag)),
  };
}
