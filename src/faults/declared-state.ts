import { sameJson } from '../model/canonical.ts';
import type { After, Observation, RevertReport } from '../model/fault.ts';
import type { Json } from '../model/json.ts';

/** The pre-image of a generic fault: what its `read` answered before. */
export function stateIn(before: Json): Json {
  return (before as { readonly state: Json }).state;
}

/**
 * Judges what `read` answers now. Without a read-back any other state than before is taken as ours, since nothing else
 * tells what ours looks like.
 */
export function observed(before: Json, now: Json, after: After | undefined): Observation {
  return { status: statusOf(stateIn(before), now, after), state: now };
}

/** What a revert comes to where it has nothing to undo; undefined where our change is in. */
export function withoutUndo(before: Json, now: Json, after: After | undefined): RevertReport | undefined {
  const status = statusOf(stateIn(before), now, after);
  if (status === 'before') return { outcome: 'already-gone' };
  const note = 'What is read is neither what was nor what we read back.';
  return status === 'other' ? { outcome: 'left', note } : undefined;
}

function statusOf(before: Json, now: Json, after: After | undefined): 'before' | 'ours' | 'other' {
  if (sameJson(before, now)) return 'before';
  return after?.readBack === undefined || sameJson(after.readBack, before) || sameJson(after.readBack, now)
    ? 'ours'
    : 'other';
}
