/** Days of a form (`2026-11-21`, by this browser's clock) as the moments the API searches between. */

export function dayStart(day: string | undefined): string | undefined {
  const at = day && new Date(`${day}T00:00:00`);
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

/** The end of a day, which is the beginning of the next: the API searches before this moment. */
export function dayAfter(day: string | undefined): string | undefined {
  const start = dayStart(day);
  if (!start) return undefined;
  const next = new Date(start);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}
