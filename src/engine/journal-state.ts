import type { After } from '../model/fault.ts';
import type { JournalEntry, StateFile } from '../model/journal.ts';
import { isClosingVerdict } from './revert.ts';
import type { Injection } from './revert-request.ts';

type Entry<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>;

export type Intent = Entry<'intent'>;
export type RunStart = Entry<'run-started'>;

/** A program that was started, and may still be there. */
export type JournaledProgram = Entry<'program-started'> & { readonly scenario?: string };

/** A fault or control that may still be in, as far as the journal tells. */
export interface OpenIntent {
  readonly intent: Intent;
  readonly injection: Injection;
  readonly acknowledged?: After['acknowledged'];
  readonly readBack?: StateFile;
  readonly injectError?: Error;
  /** True where a revert had begun. */
  readonly begun: boolean;
  /** True where a revert was answered as having taken it out. */
  readonly removed?: boolean;
}

/**
 * Lists what a journal leaves open, newest first: intents that no closing verdict follows, and those below one of them,
 * since taking that back may bring them in again.
 */
export function openIntents(entries: readonly JournalEntry[]): readonly OpenIntent[] {
  const all = new Map<number, KnownIntent>();
  for (const entry of entries) {
    if (entry.kind === 'intent') all.set(entry.seq, { intent: entry, injection: 'unknown', begun: false });
    else if (entry.kind === 'closed') all.clear();
    else if ('of' in entry) follow(all, entry);
  }
  const newestFirst = [...all.values()].reverse();
  const open = newestFirst.filter(({ isOut }) => isOut !== true);
  return newestFirst.filter((one) => open.includes(one) || open.some(({ intent }) => isBelow(one.intent, intent)));
}

/** Whether a change of the same trial was made on top of another. */
export function isBelow(older: Intent, newer: Intent): boolean {
  return (
    older.seq < newer.seq &&
    older.marker === newer.marker &&
    older.role === newer.role &&
    older.fault === newer.fault &&
    older.touches.some((one) => newer.touches.includes(one))
  );
}

/**
 * Says whether the run ended by itself or was recovered or closed; its verdicts may still be dirty. A recovery that
 * died after its last revert has states left to remove.
 */
export function hasEnded(entries: readonly JournalEntry[]): boolean {
  const last = entries.findLast(({ kind }) => kind === 'run-ended' || kind === 'closed' || kind === 'recovery-started');
  return last !== undefined && last.kind !== 'recovery-started';
}

/** Lists the programs that a journal tells of, newest first. */
export function startedPrograms(entries: readonly JournalEntry[]): readonly JournaledProgram[] {
  const scenarios = new Map(
    entries.flatMap((entry) => (entry.kind === 'trial-started' ? [[entry.marker, entry.scenario] as const] : [])),
  );
  const started = entries.flatMap((entry) => (entry.kind === 'program-started' ? [entry] : [])).reverse();
  return started.map((entry) => {
    const scenario = scenarios.get(entry.marker);
    return scenario === undefined ? entry : { ...entry, scenario };
  });
}

export function runStart(entries: readonly JournalEntry[]): RunStart | undefined {
  return entries.find((entry) => entry.kind === 'run-started');
}

/** An intent, open or not; `isOut` once it was seen out. */
type KnownIntent = OpenIntent & { readonly isOut?: boolean };

function follow(open: Map<number, KnownIntent>, entry: Extract<JournalEntry, { of: number }>): void {
  const known = open.get(entry.of);
  if (known === undefined) return;
  switch (entry.kind) {
    case 'acknowledged':
      open.set(entry.of, { ...known, injection: 'acknowledged', acknowledged: withoutAbsent(entry.acknowledgement) });
      return;
    case 'denied':
      open.set(entry.of, { ...known, injection: 'denied' });
      return;
    case 'inject-failed':
      open.set(entry.of, { ...known, injection: 'unknown', injectError: new Error(`${entry.code}: ${entry.message}`) });
      return;
    case 'effect':
      open.set(entry.of, { ...known, readBack: entry.readBack });
      return;
    case 'verified':
      open.set(entry.of, { ...known, begun: true, isOut: isClosingVerdict(entry.verdict) });
      return;
    case 'reverted':
      open.set(entry.of, { ...known, begun: true, removed: entry.outcome === 'removed' });
      return;
    case 'reverting':
      open.set(entry.of, { ...known, begun: true });
      // From here on it may come in again what had been seen out below it.
      for (const [seq, older] of open)
        if (isBelow(older.intent, known.intent)) open.set(seq, { ...older, isOut: false });
      return;
    default:
      open.set(entry.of, { ...known, begun: true });
  }
}

function withoutAbsent({
  ids,
  advanced,
}: Entry<'acknowledged'>['acknowledgement']): NonNullable<After['acknowledged']> {
  return { ...(ids !== undefined && { ids }), ...(advanced !== undefined && { advanced }) };
}
