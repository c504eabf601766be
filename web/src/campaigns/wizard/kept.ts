/** Keeps a half-filled wizard in this tab, so that an expired session or a reload loses nothing. */
import type { WizardValues } from './draft';

export interface Kept {
  step: number;
  values: WizardValues;
  /** The draft it was saved as, once it was. */
  id?: string;
}

const key = (name: string) => `bellbird-wizard:${name}`;

export function keep(name: string, kept: Kept): void {
  sessionStorage.setItem(key(name), JSON.stringify(kept));
}

export function kept(name: string): Kept | undefined {
  try {
    const text = sessionStorage.getItem(key(name));
    return text ? (JSON.parse(text) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

export function forget(name: string): void {
  sessionStorage.removeItem(key(name));
}
