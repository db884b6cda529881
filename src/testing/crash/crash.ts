export type When = 'before' | 'after' | 'torn';

export interface Crash {
  readonly when: When;
  /** Its number in the uninterrupted run, from 1 on; others may have written a few in another order. */
  readonly step: number;
  /** The write by its label, and which of those that are called so. */
  readonly label: string;
  readonly nth: number;
}

/** A run that is to be killed at a durable write, or without a crash one that is to be counted. */
export interface Victim {
  readonly scenario: string;
  /** Its own, so that others may run beside it. */
  readonly environment: string;
  /** A file with this environment alone, which is read faster than that of all. */
  readonly config: string;
  readonly crash?: Crash;
}

/** A durable write as the uninterrupted run did it. */
export interface Step {
  readonly label: string;
  /** Whether nothing had left the harness since the write before: a crash before this is the one after that. */
  readonly isQuiet: boolean;
}

/** A line of what a process of victims notes: a write that is about to be, the one of a crash, or how a run ended. */
export type Noted = { readonly of: number } & (Step | { readonly heldAt: string } | { readonly code: number });

/** Whether a write is called like another; an append to a journal is, where it gains the last of the other's entries. */
export function isCalled(label: string, other: string): boolean {
  const entries = (text: string) => text.replace(/^journal: /, '').split(' + ');
  if (!label.startsWith('journal: ') || !other.startsWith('journal: ')) return label === other;
  return entries(label).includes(entries(other).at(-1) ?? '');
}
