// What each of Meta's codes asks for, as the design documents say.

/** Too fast: the same job a little later, not counted as a try. */
const THROTTLED = new Set([4, 80007, 130429, 131056]);
/** Whoever cannot be reached is tried again with exponential backoff; so is what Meta calls its own fault. */
const TRANSIENT = new Set([1, 2, 131000, 131016, 131026, 133004]);

/** @returns {'throttled' | 'retry' | 'tomorrow' | 'opted_out' | 'failed'} */
export function rule(code) {
  if (THROTTLED.has(code)) return 'throttled';
  if (TRANSIENT.has(code)) return 'retry';
  if (code === 131049) return 'tomorrow'; // the person's marketing limit: not within 24 hours
  if (code === 131050) return 'opted_out'; // the person stopped marketing: out of this and every later campaign
  return 'failed'; // 100, 131047, 132000 …: the same request would be refused again
}
