/** What a campaign's counts add up to for people. */
import type { StatusCounts } from '../api/types';

/** Those who still wait for their first or next try. */
export function waiting(counts: StatusCounts): number {
  return counts.planned + counts.pending + counts.queued + counts.sending + counts.held + counts.unknown;
}

/** Everybody with an answer: sent to, or certainly not. */
export function settled(counts: StatusCounts): number {
  return (
    counts.sent +
    counts.delivered +
    counts.read +
    counts.failed +
    counts.skipped +
    counts.opted_out +
    counts.cancelled
  );
}

/** How far it is, from 0 to 1; 0 while its people are still being counted. */
export function progress(counts: StatusCounts): number {
  const done = settled(counts);
  const all = done + waiting(counts);
  return all > 0 ? done / all : 0;
}
