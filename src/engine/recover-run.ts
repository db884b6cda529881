import { posix } from 'node:path';
import { exitCodes } from '../model/errors.ts';
import type { After, AnyFault } from '../model/fault.ts';
import type { NewJournalEntry, StateFile } from '../model/journal.ts';
import type { Marker, Phase } from '../model/marker.ts';
import type { TargetSession } from '../model/target.ts';
import { endPrograms } from './end-programs.ts';
import { failureText } from './failure-text.ts';
import { type Journal, JournalError, openJournal } from './journal.ts';
import { type Intent, isBelow, type OpenIntent } from './journal-state.ts';
import { openPreImages, type PreImages } from './pre-images.ts';
import {
  isOfOtherStaging,
  type RecoveredFault,
  type RecoveredRun,
  type RecoverRequest,
  type RecoveryEnvironment,
} from './recover-request.ts';
import { isClosingVerdict, revertFault } from './revert.ts';
import type { FaultRollback } from './revert-request.ts';
import type { UnfinishedRun } from './unfinished-runs.ts';

/** A run and the environment that it was in. */
export interface Opened {
  readonly name: string;
  readonly environment: RecoveryEnvironment;
  readonly run: UnfinishedRun;
  /** Says whether another machine may have recovered the run since it died. */
  readonly otherRecovery: () => Promise<boolean>;
}

type Up = Extract<RecoveryEnvironment, { status: 'up' }>;

/** Recovers one run under its environment's lock, in its own journal. */
export async function recoverRun(request: RecoverRequest, opened: Opened): Promise<RecoveredRun> {
  const { run, name, environment } = opened;
  const preImages = openPreImages({ disk: request.disk, stateFolder: request.folders.state, runId: run.runId });
  const { pid, startedAt } = request.process;
  const isGone = environment.status === 'gone' || isOfOtherStaging(run, environment);
  const states = posix.join(request.folders.state, run.runId);
  const about = { runId: run.runId, environment: name, damaged: run.damaged, states };
  if (run.lost !== undefined && isGone) {
    await preImages.removeAll();
    return { ...about, faults: [], closed: goneWith(run), problems: [] };
  }
  const journal = await journalOrNone(request, run);
  const problems: string[] = [];
  const write = async (entry: NewJournalEntry): Promise<void> => {
    try {
      await journal.append(entry);
    } catch (error) {
      problems.push(
        `${failureText(error)}. What was reverted is not recorded; make the folder writable and run: windshear recover`,
      );
    }
  };

  await write({ kind: 'recovery-started', pid, processStartedAt: startedAt });
  // What still acts, or still sends traffic, must not do so while it is taken back.
  const { programs, leftSentences } = await endPrograms(request, run, write);
  const isLeft = leftSentences.length > 0;
  problems.push(...leftSentences);
  if (isGone) {
    const reason = goneWith(run);
    // Whoever dies in between leaves a run that is still found, never states of one that is not.
    await preImages.removeAll();
    if (!isLeft) await write({ kind: 'closed', reason });
    return { ...about, programs, faults: [], closed: reason, problems: [...new Set(problems)] };
  }

  if (run.unjournaled.length > 0) problems.push(linesLost(run, states));
  const { targets } = environment;
  for (const target of targets.values())
    target.notePrograms?.((program) => write({ kind: 'program-started', ...program }));
  const sessions = newSessions(environment);
  const faults: RecoveredFault[] = [];
  const openStill: Intent[] = [];
  for (const open of run.open) {
    if (request.abandon.aborted) break;
    // What was changed in a line that is lost may lie on top of anything.
    const keepsStates = run.unjournaled.length > 0 || openStill.some((newer) => isBelow(open.intent, newer));
    const { otherRecovery } = opened;
    const work = { open, otherRecovery, journal, preImages, environment, sessions, run, write, keepsStates };
    let rollback = await recoverFault(request, work);
    for (const older of stackedOn(open, run.open)) {
      if (rollback.reasonCode !== 'left-altered') break;
      rollback = await recoverFault(request, { ...work, preImage: older.intent.preImage });
    }
    if (!isClosingVerdict(rollback.verdict)) openStill.push(open.intent);
    const { seq, scenario, n, role, touches } = open.intent;
    faults.push({ seq, scenario, n, role, touches, rollback });
  }
  if (request.abandon.aborted) problems.push('The recovery was abandoned. Run: windshear recover');
  else {
    // What a damaged or lost line may have spoken of stays for a person to look at.
    const isWhole = run.damaged.length + run.unjournaled.length === 0;
    const isClean = isWhole && faults.every((fault) => isClosingVerdict(fault.rollback.verdict));
    if (isClean && problems.length === 0) await preImages.removeAll();
    // A run that has ended is not found again.
    if (!isLeft) await write({ kind: 'run-ended', exitCode: isClean ? exitCodes.met : exitCodes.dirty });
  }
  return { ...about, programs, faults, problems: [...new Set(problems)] };
}

/**
 * Older faults of the same trial that a fault was made on top of, newest first. Where somebody took the whole stack out
 * at once, the state is that before the oldest, and the newest's own pre-image must never be written again.
 */
function stackedOn({ intent }: OpenIntent, newestFirst: readonly OpenIntent[]): readonly OpenIntent[] {
  return newestFirst.filter(({ intent: older }) => isBelow(older, intent));
}

interface Work {
  readonly open: OpenIntent;
  /** What the state is compared with and put back to; the fault's own where absent. */
  readonly preImage?: StateFile;
  readonly otherRecovery: () => Promise<boolean>;
  readonly journal: Journal;
  readonly preImages: PreImages;
  readonly environment: Up;
  readonly sessions: Sessions;
  readonly run: UnfinishedRun;
  /** True where what was made on top of it may be in still: taking that back may bring this in again. */
  readonly keepsStates: boolean;
  readonly write: (entry: NewJournalEntry) => Promise<void>;
}

async function recoverFault(request: RecoverRequest, work: Work): Promise<FaultRollback> {
  const { open, preImages, environment, journal } = work;
  const { intent } = open;
  const definition = request.catalogue.faults.get(intent.fault);
  if (definition === undefined) {
    return unrevertible(
      work,
      `fault '${intent.fault}' is unknown to this version; recover with the one that injected it`,
    );
  }
  let before: Awaited<ReturnType<PreImages['read']>>;
  try {
    before = await preImages.read(work.preImage ?? intent.preImage);
  } catch (error) {
    const damage = work.run.damaged.length === 0 ? '' : '; a damaged line may say that it was put back already';
    return unrevertible(work, `${failureText(error)}${damage}`);
  }
  const { result } = await revertFault({
    definition,
    params: intent.params,
    marker: intent.marker as Marker,
    before,
    beforePlace: preImages.placeOf(work.preImage ?? intent.preImage),
    after: await afterOf(request, work),
    injection: open.injection,
    ...(open.injectError !== undefined && { injectError: open.injectError }),
    begunBefore: open.begun,
    removedBefore: open.removed === true,
    otherRecovery: work.otherRecovery,
    settleMs: intent.settleMs,
    budgetMs: environment.revertBudgetMs,
    clock: request.clock,
    abandon: request.abandon,
    session: (phase, signal) => work.sessions(definition, intent.marker as Marker, { phase, signal }),
    journal,
    of: intent.seq,
    forget: async () => {
      const files = [intent.preImage, ...(open.readBack === undefined ? [] : [open.readBack])];
      if (!work.keepsStates) await preImages.remove(files);
    },
    ...(request.log !== undefined && { log: request.log }),
  });
  return result;
}

/** Without its read-back a fault compares with its own delta alone; nothing else depends on it. */
async function afterOf(request: RecoverRequest, { open, preImages }: Work): Promise<After> {
  const acknowledged = open.acknowledged === undefined ? {} : { acknowledged: open.acknowledged };
  if (open.readBack === undefined) return acknowledged;
  try {
    return { ...acknowledged, readBack: await preImages.read(open.readBack) };
  } catch (error) {
    request.log?.(`What was read back after '${open.intent.fault}' cannot be used: ${failureText(error)}`);
    return acknowledged;
  }
}

async function unrevertible(work: Work, why: string): Promise<FaultRollback> {
  const { intent } = work.open;
  const where = intent.touches.map((resource) => `'${resource}'`).join(', ');
  const reason = `Cannot revert '${intent.fault}' on ${where}: ${why}. Nothing was guessed and nothing changed: look at it by hand, put it right, then move the folder of run '${work.run.runId}' out of the reports`;
  const rollback: FaultRollback = { fault: intent.fault, verdict: 'dirty', reasonCode: 'revert-failed', reason };
  await work.write({ kind: 'verified', of: intent.seq, verdict: 'dirty', reason });
  return rollback;
}

type Sessions = (
  definition: AnyFault,
  marker: Marker,
  act: { readonly phase: Phase; readonly signal: AbortSignal },
) => Promise<Pick<TargetSession, 'clients'>>;

/** One session for each target, phase and marker; a failed one is asked for again. */
function newSessions(environment: Up): Sessions {
  const known = new Map<string, Pick<TargetSession, 'clients'>>();
  return async (definition, marker, { phase, signal }) => {
    const target = environment.targets.get(definition.target);
    if (target === undefined) {
      if (definition.target === 'none') return { clients: undefined };
      throw new Error(
        `the environment has no target '${definition.target}'; was the run started with another --config?`,
      );
    }
    const key = `${target.kind} ${phase} ${marker}`;
    const session = known.get(key) ?? (await target.session(phase, marker, signal));
    known.set(key, session);
    return session;
  };
}

/** A journal that cannot be opened for writing does not keep anything from being reverted. */
async function journalOrNone(request: RecoverRequest, run: UnfinishedRun): Promise<Journal> {
  const { disk, clock } = request;
  try {
    return await openJournal({ disk, clock, path: run.path });
  } catch (error) {
    const failure = new JournalError(run.path, error);
    return { path: run.path, append: () => Promise.reject(failure), failure: () => failure };
  }
}

function linesLost({ path, unjournaled }: UnfinishedRun, states: string): string {
  const changes = unjournaled.map(
    ({ fault, touches, preImage }) =>
      `'${fault}' on ${touches.map((resource) => `'${resource}'`).join(', ') || 'what is not known'} (before: '${preImage}')`,
  );
  return `The journal '${path}' has lost what it said of changes that were about to be sent: ${changes.join('; ')}. They may be in, and were not reverted. Put the whole journal back and run: windshear recover; or compare what lies in '${states}' with the target, put right what differs, and delete that folder.`;
}

function goneWith({ start, lost }: UnfinishedRun): string {
  const id = start?.stagingId ?? lost?.owner?.stagingId;
  return `The embedded staging${id === undefined ? '' : ` '${id}'`} that this run used is gone, and with it all that was in it.`;
}
