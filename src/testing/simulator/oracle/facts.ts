import type { TrialResult } from '../../../model/scorecard.ts';
import type { Act } from '../ledger.ts';
import type { Played, PlayedRun } from '../play.ts';
import type { FaultStory, ScenarioStory } from '../story.ts';

/** One fault or control of a trial as it was in truth. Times are monotonic milliseconds of the world. */
export interface FaultFacts {
  readonly story: FaultStory;
  /** Its changing requests. */
  readonly acts: readonly Act[];
  /** When the first of them left (J19). */
  readonly t0Ms?: number;
  /**
   * `in`: all of it took effect. `refused`: the harness was told no. `partial`: some of it took effect. `none`: it
   * never did.
   */
  readonly outcome: 'in' | 'refused' | 'partial' | 'none';
  /** True where every request was answered as done. */
  readonly isAcknowledged: boolean;
  /** When all of it was in, oldest first; `endedBy` is the write that took it out. */
  readonly presence: readonly Presence[];
  /** From when all of it was in until nothing of it was there, and nothing else in its place; oldest first. */
  readonly standing: readonly Standing[];
}

export interface Presence {
  readonly fromMs: number;
  readonly toMs: number;
  readonly endedBy?: Act;
}

export interface Standing extends Presence {
  /** When there was something else in the place of some of it. */
  readonly altered: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** All that is true of one trial, apart from alerts. */
export interface TrialFacts {
  readonly played: Played;
  readonly run: PlayedRun;
  readonly scenario: ScenarioStory;
  readonly result: TrialResult;
  readonly about: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** When it said that it looks at the state before the faults. */
  readonly captureToldMs: number;
  /** When it said that it watches the state with the faults in; absent where it never did. */
  readonly observeToldMs?: number;
  /** When the harness said that it reverts. */
  readonly revertToldMs: number;
  /** When it said that the revert is verified. */
  readonly verifyToldMs: number;
  readonly faults: readonly FaultFacts[];
  readonly controls: readonly FaultFacts[];
  /** Every act of this trial's marker. */
  readonly acts: readonly Act[];
  /** True where the wall clock had been set in the run by then, so that time tells nothing of whose a signal is. */
  readonly isClockSet: boolean;
  /** When nobody listened any more, where the trial was cut short. */
  readonly cutMs?: number;
}

/** Gathers what is true of a trial. */
export function factsOf(played: Played, run: PlayedRun, scenario: ScenarioStory, result: TrialResult): TrialFacts {
  const acts = played.world.ledger.acts.filter((act) => act.marker === result.marker && act.run === run.run);
  const mine = run.events.filter(
    ({ event }) =>
      (event.kind === 'phase' && event.scenario === scenario.id && event.n === result.n) ||
      (event.kind === 'trial-ended' && event.scenario === scenario.id && event.result.n === result.n),
  );
  const told = (phase: string) => mine.find(({ event }) => event.kind === 'phase' && event.phase === phase)?.atMs;
  const startedMs = told('arm') ?? mine[0]?.atMs ?? 0;
  const endedMs = mine.findLast(({ event }) => event.kind === 'trial-ended')?.atMs ?? run.endedMs ?? startedMs;
  const observeToldMs = told('observe');
  const isCut = run.stoppedMs !== undefined && run.stoppedMs <= endedMs;
  return {
    played,
    run,
    scenario,
    result,
    about: `${scenario.id}/${result.n}`,
    startedMs,
    endedMs,
    captureToldMs: told('capture') ?? endedMs,
    revertToldMs: told('revert') ?? endedMs,
    verifyToldMs: told('verify') ?? endedMs,
    faults: scenario.faults.map((story) => faultFacts(played, story, ofPhase(acts, 'inject'))),
    controls:
      result.n === 1 ? scenario.control.map((story) => faultFacts(played, story, ofPhase(acts, 'control'))) : [],
    acts,
    isClockSet: played.world.ledger.clockJumps.some(({ atMs }) => atMs >= run.startedMs && atMs <= endedMs),
    ...(observeToldMs === undefined ? {} : { observeToldMs }),
    ...(isCut ? { cutMs: Math.max(startedMs, run.stoppedMs ?? 0) } : {}),
  };
}

/** The fault whose t0 an expectation counts from: the one it names, else the last. */
export function faultNamed(facts: TrialFacts, name: string | undefined): FaultFacts {
  const found = facts.faults.find(({ story }) => name !== undefined && story.as === name) ?? facts.faults.at(-1);
  if (found === undefined) throw new Error('A scenario without a fault.');
  return found;
}

function ofPhase(acts: readonly Act[], phase: string): readonly Act[] {
  return acts.filter((act) => act.op === 'write' && act.phase === phase);
}

function faultFacts(played: Played, story: FaultStory, all: readonly Act[]): FaultFacts {
  const acts = all.filter((act) => act.resource === story.resource && story.set[act.field ?? ''] === act.value);
  const done = acts.filter((act) => act.actedMs !== undefined && act.deniedBy === undefined);
  const fields = Object.keys(story.set).length;
  const t0Ms = acts[0]?.sentMs;
  const { presence, standing } = presenceOf(played, story, done);
  // J12 goes by the state read back: a change that was lost, and that somebody else then made, is in.
  const isMadeByOthers = presence.some(({ fromMs, toMs }) => t0Ms !== undefined && fromMs > t0Ms && toMs - fromMs > 0);
  // Where each request met a precondition that did not hold, the harness knows that what is in is somebody else's.
  const isKnownOut = acts.length > 0 && acts.every((act) => act.answer === 'conflict' && act.untold !== true);
  const outcome = acts.some((act) => act.answer === 'denied' && act.untold !== true)
    ? 'refused'
    : isKnownOut
      ? 'none'
      : done.length === fields || (acts.length > 0 && isMadeByOthers)
        ? 'in'
        : done.length > 0
          ? 'partial'
          : 'none';
  return {
    story,
    acts,
    outcome,
    isAcknowledged: acts.length === fields && acts.every((act) => act.answer === 'ok' && act.untold !== true),
    presence,
    standing,
    ...(t0Ms === undefined ? {} : { t0Ms }),
  };
}

/** Replays every write on a resource, whoever made it. */
function presenceOf(
  played: Played,
  story: FaultStory,
  ours: readonly Act[],
): Pick<FaultFacts, 'presence' | 'standing'> {
  const { acts } = played.world.ledger;
  const writes = acts
    .filter((act) => act.op === 'write' && act.resource === story.resource)
    .filter((act) => act.actedMs !== undefined && act.deniedBy === undefined)
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const state: Record<string, string | undefined> = { ...played.world.initial.get(story.resource) };
  const fields = Object.entries(story.set);
  let was = { ...state };
  const whole = newSpans();
  const standing = newSpans();
  let hasBegun = false;
  const altered = newSpans();
  for (const act of writes) {
    if (act === ours[0]) was = { ...state };
    state[act.field ?? ''] = act.value;
    const isIn = fields.every(([field, value]) => state[field] === value);
    // What was so before it was injected cannot be told from it.
    const isBack = fields.every(([field, value]) => state[field] === was[field] && state[field] !== value);
    whole.note(isIn, act);
    // A part of it that comes again is a drift as well.
    hasBegun ||= isIn || (act === ours.at(-1) && ours.length === fields.length);
    standing.note(hasBegun && !isBack, act);
    altered.note(
      fields.some(([field, value]) => state[field] !== value && state[field] !== was[field]),
      act,
    );
  }
  const piecemeal = takenOutPiecemeal(story, ours, writes);
  const isWhole = whole.all().some((span) => ours.some((act) => span.fromMs === act.actedMs));
  const alterations = altered.all();
  return {
    presence: piecemeal === undefined || isWhole ? whole.all() : [piecemeal, ...whole.all()],
    standing: standing.all().map((span) => ({ ...span, altered: alterations })),
  };
}

/** Collects the times in which something holds. */
function newSpans() {
  const spans: Presence[] = [];
  let fromMs: number | undefined;
  return {
    note(holds: boolean, by: Act) {
      const atMs = by.actedMs ?? 0;
      if (holds) fromMs ??= atMs;
      else if (fromMs !== undefined) {
        spans.push({ fromMs, toMs: atMs, endedBy: by });
        fromMs = undefined;
      }
    },
    all: (): readonly Presence[] =>
      fromMs === undefined ? spans : [...spans, { fromMs, toMs: Number.POSITIVE_INFINITY }],
  };
}

/** Somebody took each part out before the next was in, so that it was never in as a whole, and yet put back. */
function takenOutPiecemeal(story: FaultStory, ours: readonly Act[], writes: readonly Act[]): Presence | undefined {
  if (ours.length < Object.keys(story.set).length) return undefined;
  const lastInMs = Math.max(...ours.map((act) => act.actedMs ?? 0));
  const outs = ours.flatMap((mine) => {
    const out = writes.find(
      (act) => act.field === mine.field && act.run === undefined && (act.order ?? 0) > (mine.order ?? 0),
    );
    return out === undefined ? [] : [out];
  });
  const [endedBy] = outs;
  return endedBy === undefined
    ? undefined
    : { fromMs: lastInMs, toMs: Math.max(lastInMs, endedBy.actedMs ?? 0), endedBy };
}
