import { posix } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { RefusedError } from '../model/errors.ts';
import { type DamagedLine, readJournal } from './journal-lines.ts';
import {
  hasEnded,
  type JournaledProgram,
  type OpenIntent,
  openIntents,
  type RunStart,
  runStart,
  startedPrograms,
} from './journal-state.ts';
import type { OwnProcess } from './lock.ts';
import { type NotedIntent, notedIntents, ownersOfStates, type StateOwner } from './state-files.ts';

/** A run that did not end, or that left something in. */
export interface UnfinishedRun {
  readonly runId: string;
  /** Absolute path of its journal. */
  readonly path: string;
  /** Absent where the line that names it is damaged. */
  readonly start?: RunStart;
  /** Newest first. */
  readonly open: readonly OpenIntent[];
  /** What it had started; newest first. */
  readonly programs: readonly JournaledProgram[];
  readonly damaged: readonly DamagedLine[];
  readonly tornTail: boolean;
  /** What stands beside the states that it left, as far as it can be read. */
  readonly owner?: StateOwner;
  /** Changes that its states tell of and its journal does not: it has lost their lines. They may be in. */
  readonly unjournaled: readonly NotedIntent[];
  /** Set where states of the run lie there and its journal does not, or holds no line: what it had changed cannot be told. */
  readonly lost?: { readonly folder: string; readonly owner?: StateOwner; readonly isEmpty?: true };
}

export interface RunFolders {
  /** Absolute: the reports, and `.windshear/state`. */
  readonly reports: string;
  readonly state: string;
}

/**
 * Finds the unfinished runs of a reports folder, and those that left states here: who recovers with another `--reports`
 * than the run had must not be told that nothing is in, nor who recovers once more a run of whose journal a line is
 * damaged or lost, for as long as the states lie there that it may have told of.
 */
export async function runsToRecover(disk: Disk, folders: RunFolders): Promise<readonly UnfinishedRun[]> {
  const found = new Map((await unfinishedRuns(disk, folders.reports)).map((run) => [run.runId, run]));
  for (const { runId, owner } of await ownersOfStates(disk, folders.state)) {
    const folder = posix.join(folders.state, runId);
    const run = await runWithStates(disk, { runId, owner, folder, reports: folders.reports });
    if (run !== undefined) found.set(runId, { ...run, ...(owner !== undefined && { owner }) });
  }
  return [...found.values()].sort((a, b) => (a.runId < b.runId ? 1 : -1));
}

interface WithStates {
  readonly runId: string;
  readonly owner: StateOwner | undefined;
  readonly folder: string;
  readonly reports: string;
}

async function runWithStates(
  disk: Disk,
  { runId, owner, folder, reports }: WithStates,
): Promise<UnfinishedRun | undefined> {
  // Read before the journal, which a run that is going writes first.
  const noted = await notedIntents(disk, folder);
  const lost = { folder, ...(owner !== undefined && { owner }) };
  for (const path of [journalOf(reports, runId), ...(owner === undefined ? [] : [owner.journal])])
    if (await disk.exists(path)) return readUnfinished(disk, { runId, path, states: { noted, lost } });
  return lostRun(runId, lost);
}

/** The environment of a run, as far as its journal or the note beside its states tells. */
export function environmentOf(run: UnfinishedRun): string | undefined {
  return run.start?.environment ?? run.owner?.environment;
}

/** Says whether the journal of a run lies here, and tells that nothing of it is left to do. */
export async function hasEndedHere(disk: Disk, folders: RunFolders, runId: string): Promise<boolean> {
  if (!(await disk.exists(journalOf(folders.reports, runId)))) return false;
  return (await runsToRecover(disk, folders)).every((run) => run.runId !== runId);
}

function lostRun(runId: string, lost: NonNullable<UnfinishedRun['lost']>): UnfinishedRun {
  const path = lost.owner?.journal ?? runId;
  return { runId, path, open: [], programs: [], damaged: [], tornTail: false, unjournaled: [], lost };
}

function journalOf(reportsFolder: string, runId: string): string {
  return posix.join(reportsFolder, runId, 'journal.jsonl');
}

/** Finds the unfinished runs of a reports folder, newest first; runs that are still going are among them. */
export async function unfinishedRuns(disk: Disk, reportsFolder: string): Promise<readonly UnfinishedRun[]> {
  if (!(await disk.exists(reportsFolder))) return [];
  const found: UnfinishedRun[] = [];
  const names = await disk.list(reportsFolder);
  for (const runId of [...names].sort().reverse()) {
    const path = journalOf(reportsFolder, runId);
    // `latest` leads to a run that is listed under its own name.
    if (runId === 'latest' || !(await disk.exists(path))) continue;
    const run = await readUnfinished(disk, { runId, path });
    if (run !== undefined) found.push(run);
  }
  return found;
}

interface JournalToRead {
  readonly runId: string;
  readonly path: string;
  /** Absent where none are looked at. */
  readonly states?: { readonly noted: readonly NotedIntent[]; readonly lost: NonNullable<UnfinishedRun['lost']> };
}

async function readUnfinished(disk: Disk, { runId, path, states }: JournalToRead): Promise<UnfinishedRun | undefined> {
  const { entries, damaged, tornTail } = await readJournal(disk, path);
  const open = openIntents(entries);
  // A journal without one whole or damaged line belongs to a run that died before it could touch anything, unless
  // states lie there, before which its first line was written.
  if (entries.length + damaged.length === 0)
    return states === undefined ? undefined : { ...lostRun(runId, { ...states.lost, isEmpty: true }), path };
  const isClosed = entries.some(({ kind }) => kind === 'closed');
  const journaled = new Set(entries.flatMap((entry) => (entry.kind === 'intent' ? [entry.preImage.name] : [])));
  const unjournaled = isClosed ? [] : (states?.noted ?? []).filter(({ preImage }) => !journaled.has(preImage));
  const mayHoldMore = unjournaled.length > 0 || (states !== undefined && damaged.length > 0 && !isClosed);
  if (hasEnded(entries) && open.length === 0 && !tornTail && !mayHoldMore) return undefined;
  const start = runStart(entries);
  const programs = startedPrograms(entries);
  return { runId, path, open, programs, damaged, tornTail, unjournaled, ...(start !== undefined && { start }) };
}

export interface UnfinishedCheck {
  readonly disk: Disk;
  readonly folders: RunFolders;
  readonly environment: string;
  readonly staging: 'embedded' | 'live';
  readonly process: OwnProcess;
  /** The run that asks. */
  readonly except?: string;
}

/**
 * Lists the unfinished runs of an environment before a command injects into it; they are dead by now if the caller
 * holds its lock. Those of an embedded one are to be recovered first; those of a live one are refused with what to type.
 */
export async function checkUnfinished(check: UnfinishedCheck): Promise<readonly UnfinishedRun[]> {
  const all = await runsToRecover(check.disk, check.folders);
  const ours = all.filter((run) => {
    const name = environmentOf(run);
    const isNameless = name === undefined && (check.staging === 'live' || run.lost !== undefined);
    const mayBeOurs = isNameless || name === check.environment;
    return mayBeOurs && run.runId !== check.except;
  });
  const left: UnfinishedRun[] = [];
  for (const run of ours) if (!(await isGoing(run, check.process))) left.push(run);
  if (check.staging === 'embedded' || left.length === 0) return left;
  const faults = left.reduce((sum, run) => sum + run.open.length + run.unjournaled.length, 0);
  const count = left.some((run) => run.lost !== undefined) ? 'faults' : faults === 1 ? '1 fault' : `${faults} faults`;
  const runs = left.map((run) => `'${run.runId}'`).join(', ');
  throw new RefusedError(
    'unfinished-run',
    `Environment '${check.environment}' has unfinished runs, with ${count} that may still be in: ${runs}. Run: windshear recover --env ${check.environment}`,
  );
}

/** Says whether another process is still busy with a run; ours is not, or it would not ask. */
export async function isGoing(run: UnfinishedRun, own: OwnProcess): Promise<boolean> {
  if (run.start === undefined || run.start.pid === own.pid) return false;
  return own.isAlive(run.start.pid, run.start.processStartedAt);
}
