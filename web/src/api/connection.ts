/**
 * Whether the server answers. Requests and streams report what they see; the shell shows a banner while it does not,
 * and asks again until it does, so that a dropped connection heals without anybody reloading the page.
 */
import { useSyncExternalStore } from 'react';

let lost = false;
const listeners = new Set<() => void>();
const onRestored = new Set<() => void>();

export function reportConnection(ok: boolean): void {
  if (lost === !ok) return;
  lost = !ok;
  listeners.forEach((listener) => listener());
  if (ok) onRestored.forEach((listener) => listener());
}

/** Calls back whenever the connection is there again. Returns how to stop that. */
export function whenRestored(callback: () => void): () => void {
  onRestored.add(callback);
  return () => void onRestored.delete(callback);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useConnectionLost(): boolean {
  return useSyncExternalStore(subscribe, () => lost);
}
