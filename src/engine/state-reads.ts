import type { FieldManager } from '../model/guardrail.ts';

/** One read of the live state while the fault was in: sent, received, and whether our delta was there. */
export interface StateRead {
  readonly sentMonoMs: number;
  readonly receivedMonoMs: number;
  readonly present: boolean;
  /** What was there instead, where that is not the state before either: a part of our delta, or something else. */
  readonly instead?: 'part' | 'other';
  /** Who owned fields of it then, where it was back and the target tells. */
  readonly managers?: readonly FieldManager[];
}

/** Whether the state before was there: only that takes a fault back. */
export function isBack({ present, instead }: StateRead): boolean {
  return !present && instead === undefined;
}

/**
 * Reads up to the one that showed for the first time that our delta stayed away for `stabilityMs`: what comes again
 * after that is another drift, and takes nothing from the guardrail (J16).
 */
export function untilStable(reads: readonly StateRead[], stabilityMs: number): readonly StateRead[] {
  let goneMs: number | undefined;
  const last = reads.findIndex((read) => {
    goneMs = isBack(read) ? (goneMs ?? read.receivedMonoMs) : undefined;
    return goneMs !== undefined && read.sentMonoMs >= goneMs + stabilityMs;
  });
  return last === -1 ? reads : reads.slice(0, last + 1);
}

/**
 * The start of the last period in which our delta was gone and did not come back: between the sending of the last
 * read that saw it, less what such a read may lag behind, and the receipt of the first that did not. Undefined while
 * it is in.
 */
export function lastStablePeriod(reads: readonly StateRead[], lagMs = 0): readonly [number, number] | undefined {
  let gone: readonly [number, number] | undefined;
  let lastSeenMs: number | undefined;
  for (const read of reads) {
    if (!isBack(read)) {
      gone = undefined;
      lastSeenMs = read.sentMonoMs - lagMs;
    } else gone ??= [lastSeenMs ?? 0, read.receivedMonoMs];
  }
  return gone;
}
