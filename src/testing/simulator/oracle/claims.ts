import type { Act, Alert, Arrival } from '../ledger.ts';
import type { DetectorStory } from '../story.ts';
import type { TrialFacts } from './facts.ts';

/**
 * How an arrived alert may be taken: `must` count as the fault's, `may` (the rules cannot tell), `not`.
 * `isFaults` is the truth; `isAmbiguous` says that J7 lets it be called neither.
 */
export interface Claim {
  readonly arrival: Arrival;
  readonly takes: 'must' | 'may' | 'not';
  readonly isFaults: boolean;
  readonly isAmbiguous: boolean;
  /** Its detector's clock is worse than declared, and nothing that came could have shown it. */
  readonly isBeyondKnowing: boolean;
  /** J8: it is one that the harness knew as open before t0, and does not show that it happened again. */
  readonly isStale: boolean;
  readonly why: string;
}

/** The instants that time evidence is about. */
export interface Instants {
  /** First changing request of the trial's first fault. */
  readonly t0Ms: number;
  /** Until when acts of ours on its resources went on before it: its control's and those of earlier trials. */
  readonly controlUntilMs?: number;
  readonly revertMs: number;
}

/** Says of every alert of a detector that reached the trial's run whose it may be. */
export function claimsOf(facts: TrialFacts, detector: DetectorStory): Claim[] {
  const instants = instantsOf(facts);
  const { arrivals } = facts.played.world.ledger;
  const heard = arrivals.filter(
    ({ run, alert, untilMs }) => run === facts.run.run && alert.detector === detector.name && untilMs <= facts.endedMs,
  );
  const seen = new Set<Alert>();
  const first = heard.filter(({ alert }) => !seen.has(alert) && seen.add(alert));
  return first.map((arrival) => claimOf(facts, detector, { arrival, heard, instants }));
}

export function instantsOf(facts: TrialFacts): Instants | undefined {
  const t0s = facts.faults.flatMap(({ t0Ms }) => (t0Ms === undefined ? [] : [t0Ms]));
  if (t0s.length === 0) return undefined;
  const t0Ms = Math.min(...t0s);
  // Acts of earlier trials on the same resources can be taken for the fault's as well as its control's (J9); the last
  // is the look that verified that they were out.
  const before = facts.played.world.ledger.acts.filter(
    (act) =>
      act.run === facts.run.run &&
      act.sentMs < Math.min(t0Ms, facts.captureToldMs) &&
      facts.faults.some(({ story }) => story.resource === act.resource),
  );
  // What takes nothing back, as a look does, can cause no alert on a clean-up.
  const reverts = facts.acts.filter((act) => act.phase === 'revert' && act.op === 'write' && act.sentMs >= t0Ms);
  return {
    t0Ms,
    ...(before.length === 0 ? {} : { controlUntilMs: Math.max(...before.map((act) => act.answeredMs ?? act.sentMs)) }),
    revertMs: reverts.length === 0 ? facts.revertToldMs : Math.min(...reverts.map((act) => act.sentMs)),
  };
}

interface Case {
  readonly arrival: Arrival;
  readonly heard: readonly Arrival[];
  readonly instants: Instants | undefined;
}

function claimOf(facts: TrialFacts, detector: DetectorStory, { arrival, heard, instants }: Case): Claim {
  const { alert } = arrival;
  const isFaults = isOfFault(facts, alert);
  const staleness = instants === undefined ? 'fresh' : stalenessOf(facts, detector, { arrival, heard, instants });
  const say = (takes: Claim['takes'], why: string, isAmbiguous = false): Claim => ({
    arrival,
    takes: takes === 'must' && staleness === 'maybe' ? 'may' : staleness === 'stale' ? 'not' : takes,
    isFaults,
    isAmbiguous: isAmbiguous || (staleness === 'maybe' && takes !== 'not'),
    isBeyondKnowing:
      (Math.abs(detector.skewMs) > detector.errorMs && !facts.isClockSet && !clockShows(facts, detector)) ||
      isUndeclaredGroup(detector, arrival, heard),
    isStale: staleness === 'stale' && takes !== 'not',
    why,
  });
  if (instants === undefined) return say('not', 'nothing was injected');
  if (alert.sample) return say('not', 'a sample');
  if (alert.status !== 'open') return say('not', 'not open');

  const phases = phasesOf(alert, facts.result.marker);
  if (phases.size === 1) return say(phases.has('i') ? 'must' : 'not', 'marker');
  if (phases.size > 1 && !phases.has('i')) return say('not', 'markers of ours, none of the fault');
  // J10 says it of controls; an event of ours would carry the marker, unless it was lost on the way.
  if (phases.size === 0 && detector.carriesMarker && detector.sees === 'event' && isOnTrial(facts, alert))
    return say('not', 'no marker from a detector that carries it', true);
  if (phases.size === 0 && /\bws[a-z2-7]{12}\.[icork]/.test(alert.agents.join(' ')))
    return say('not', "another's marker");
  if (!isOnTrial(facts, alert)) return say('not', 'another subject');
  if (detector.sees === 'event' && alert.actor !== undefined && alert.actor !== 'role/tester')
    return say('not', 'another actor', detector.delivery === 'store');
  return byTime(facts, detector, { arrival, instants, isFaults, say });
}

/** J9: an update of an alert that was lost, by a detector that groups alerts and does not declare it. */
function isUndeclaredGroup({ delivery, rearm }: DetectorStory, { alert }: Arrival, heard: readonly Arrival[]): boolean {
  const isFirst = heard.find((one) => one.alert.key === alert.key)?.alert === alert;
  return delivery !== 'store' && rearm === 'none' && alert.isUpdate && isFirst;
}

/** Whether what came of a detector shows that its clock is worse than declared: dated after it came, or before it was raised. */
function clockShows(facts: TrialFacts, detector: DetectorStory): boolean {
  const { clock, ledger } = facts.played.world;
  const startEpochMs = clock.epochMs() - clock.monoMs();
  return ledger.arrivals.some(({ run, alert, untilMs }) => {
    if (run !== facts.run.run || alert.detector !== detector.name || untilMs > facts.endedMs) return false;
    if (!alert.saysTime && alert.lastSeenEpochMs === undefined) return false;
    const saysMs = (alert.lastSeenEpochMs ?? alert.eventEpochMs) - startEpochMs;
    const sentMs = alert.cause.kind === 'canary' ? alert.cause.act.sentMs : Number.NEGATIVE_INFINITY;
    return saysMs > untilMs + detector.errorMs || saysMs < sentMs - detector.errorMs - detector.resolutionMs;
  });
}

interface TimeCase {
  readonly arrival: Arrival;
  readonly instants: Instants;
  readonly isFaults: boolean;
  readonly say: (takes: Claim['takes'], why: string, isAmbiguous?: boolean) => Claim;
}

/** J7: subject evidence alone; time has to tell control, fault and clean-up apart. */
function byTime(facts: TrialFacts, detector: DetectorStory, { arrival, instants, isFaults, say }: TimeCase): Claim {
  const { alert, untilMs } = arrival;
  const { t0Ms, revertMs, controlUntilMs } = instants;
  if (untilMs < t0Ms) return say('not', 'before the injection');
  if (facts.isClockSet) return say('may', 'the wall clock was set', true);
  if (!alert.saysTime && alert.lastSeenEpochMs === undefined) {
    // J7: without a time nothing tells it from what had been before, and after the revert nothing from that.
    const isClear = controlUntilMs === undefined && untilMs < revertMs && !alert.isUpdate;
    if (isFaults) return isClear ? say('must', 'subject') : say('may', 'no time', true);
    const { cause } = alert;
    const isAnotherOfOurs = 'act' in cause && cause.act?.run !== undefined;
    return say(isAnotherOfOurs ? 'not' : 'may', 'no time', true);
  }
  const startEpochMs = facts.played.world.clock.epochMs() - facts.played.world.clock.monoMs();
  const saysMs = (alert.lastSeenEpochMs ?? alert.eventEpochMs) - startEpochMs;
  const marginMs = detector.errorMs + detector.resolutionMs;
  // With a clock that is further off than declared, time tells nothing, and no rule can know it.
  if (Math.abs(detector.skewMs) > detector.errorMs) return say('may', 'a clock that is worse than declared', true);
  const { cause } = alert;
  const act = 'act' in cause ? cause.act : undefined;
  if (alert.isUpdate && alert.lastSeenEpochMs === undefined && saysMs < t0Ms + marginMs) {
    // Of somebody else's on the subject, none but the time tells, and that is the first one's.
    const isOthers = act?.run === undefined && saysMs >= t0Ms - marginMs;
    return say(isFaults || isOthers ? 'may' : 'not', 'an update that keeps its first event time', true);
  }
  const nearT0 = Math.abs(saysMs - t0Ms) <= 2 * marginMs && controlUntilMs !== undefined;
  const isLate = untilMs >= revertMs;
  const nearRevert = isLate && Math.abs(saysMs - revertMs) <= 2 * marginMs + 300;
  if (isFaults) {
    // J7: within the margin it is neither's, unless our last act before lies further back than clocks can err.
    const isApart = t0Ms - (controlUntilMs ?? Number.NEGATIVE_INFINITY) > 2 * marginMs;
    const isClear = !nearT0 || isApart ? saysMs >= t0Ms || !nearT0 : saysMs >= t0Ms + marginMs;
    if (!isLate) return isClear ? say('must', 'subject and time') : say('may', 'within the margin of t0', true);
    if (saysMs + marginMs <= revertMs && isClear) return say('must', 'subject and time before the revert');
    return say('may', 'within the margin of t0 or the revert', true);
  }
  // A bad state that our revert puts back is somebody else's, and a look at it says nothing of who made it so.
  const isPutBack =
    detector.sees === 'state' && act?.phase === 'revert' && !(act.value ?? '').includes(facts.scenario.id);
  const isOurs = act?.run !== undefined && !isPutBack;
  if (isOurs) return say('not', `of another act of ours (${act?.phase})`, nearT0 || nearRevert);
  // What no revert took out may be seen for as long as it is there.
  const isLeft = detector.sees === 'state' && isLeftAltered(facts, t0Ms);
  const isBetween = saysMs >= t0Ms - marginMs && (!isLate || isLeft || saysMs <= revertMs + marginMs);
  return say(isBetween ? 'may' : 'not', 'of somebody else on the subject', nearT0 || nearRevert || isBetween);
}

/** Whether any field that a fault set was not again as it had been before, when the trial was over. */
function isLeftAltered(facts: TrialFacts, t0Ms: number): boolean {
  const { world } = facts.played;
  return facts.faults.some(({ story: { resource, set } }) => {
    const [before, after] = [world.stateAt(resource, t0Ms), world.stateAt(resource, facts.endedMs)];
    return Object.keys(set).some((field) => before[field] !== after[field]);
  });
}

/** Whether an alert tells of a fault of this trial, its refused attempt included, whatever else it tells of. */
function isOfFault(facts: TrialFacts, { cause, earlierActs }: Alert): boolean {
  if (cause.kind !== 'act' && cause.kind !== 'state') return false;
  const acts = cause.act === undefined ? earlierActs : [...earlierActs, cause.act];
  return acts.some((act) => act.marker === facts.result.marker && act.phase === 'inject');
}

function isOnTrial(facts: TrialFacts, alert: Alert): boolean {
  return [...facts.faults, ...facts.controls].some(({ story }) => story.resource === alert.resource);
}

function phasesOf({ agents }: Alert, marker: string): ReadonlySet<string> {
  const found = [...agents.join(' ').matchAll(/\b(ws[a-z2-7]{12})\.([icork])/g)];
  return new Set(found.filter(([, one]) => one === marker).map(([, , phase = '']) => phase));
}

type Staleness = 'fresh' | 'stale' | 'maybe';

/** J8: what was resolved, and came once more just as it had been, may be told from what opened again, or not. */
function stalenessOf(
  facts: TrialFacts,
  detector: DetectorStory,
  one: Case & { readonly instants: Instants },
): Staleness {
  const all = stalenessAmong(facts, detector, one);
  const { heard, arrival } = one;
  // Two versions that say the same are one to whoever hears them.
  const said = new Set<string>();
  const told = heard.filter((each) => each === arrival || (!said.has(each.alert.text) && said.add(each.alert.text)));
  const isSame = heard.length === told.length || stalenessAmong(facts, detector, { ...one, heard: told }) === all;
  return isSame ? all : 'maybe';
}

/** J8: whether the harness knew the alert as open before t0, and whether this version shows that it happened again. */
function stalenessAmong(
  facts: TrialFacts,
  detector: DetectorStory,
  { arrival, heard, instants }: Case & { readonly instants: Instants },
): Staleness {
  const { alert } = arrival;
  const { t0Ms } = instants;
  const earlier = heard.slice(0, heard.indexOf(arrival)).filter((one) => one.alert.key === alert.key);
  const last = earlier.at(-1);
  if (last === undefined || last.alert.status !== 'open') return 'fresh';
  if (wasSeenWithdrawn(facts, detector, { last, arrival })) return 'fresh';
  const resolvedAt = earlier.findLastIndex((one) => one.alert.status !== 'open');
  // A store tells of a resolution by silence only; what was opened anew has an id of its own.
  if (detector.delivery === 'store' && last.alert.id !== alert.id) {
    const lastOpened = earlier.find((one) => one.alert.id === last.alert.id);
    return (lastOpened?.untilMs ?? 0) >= t0Ms ? 'fresh' : 'maybe';
  }
  const shownAgainAt = earlier.findLastIndex((one, index) => {
    const before = earlier[index - 1];
    return before !== undefined && wasSeenWithdrawn(facts, detector, { last: before, arrival: one });
  });
  const opened =
    detector.delivery === 'store'
      ? earlier.slice(Math.max(0, shownAgainAt)).find((one) => one.alert.id === alert.id)
      : earlier[resolvedAt + 1];
  // Versions may overtake each other: what the alert had reached by then, it had reached.
  const sinceOpened = earlier.slice(Math.max(resolvedAt + 1, shownAgainAt));
  const shows = sinceOpened.every((one) => showsAgain(alert, one.alert, detector));
  if (opened === undefined || opened.untilMs >= t0Ms) return shows ? 'fresh' : 'maybe';
  return shows ? 'fresh' : 'stale';
}

/** Whether a store had been seen without the alert before it showed it again. */
function wasSeenWithdrawn(
  facts: TrialFacts,
  detector: DetectorStory,
  { last, arrival }: { readonly last: Arrival; readonly arrival: Arrival },
): boolean {
  if (detector.delivery !== 'store') return false;
  const { withdrawals, polls } = facts.played.world.ledger;
  const gone = withdrawals.filter(
    ({ detector: name, key, atMs }) => name === detector.name && key === arrival.alert.key && atMs >= last.untilMs,
  );
  // What it showed again before anybody asked was never seen gone.
  return polls.some(
    (poll) =>
      poll.run === facts.run.run &&
      poll.detector === detector.name &&
      poll.ok &&
      poll.answeredMs < arrival.untilMs &&
      gone.some(
        ({ atMs, shownAgainMs = Number.POSITIVE_INFINITY }) =>
          poll.answeredMs >= atMs && poll.answeredMs <= shownAgainMs,
      ),
  );
}

function showsAgain(alert: Alert, before: Alert, { recurrence }: DetectorStory): boolean {
  if (recurrence === 'count') return (alert.count ?? 0) > (before.count ?? Number.POSITIVE_INFINITY);
  if (recurrence === 'last-seen')
    return (alert.lastSeenEpochMs ?? 0) > (before.lastSeenEpochMs ?? Number.POSITIVE_INFINITY);
  return false;
}

/** Whose acts an alert can be traced to, for findings. */
export function causeText({ cause }: Alert): string {
  if (cause.kind === 'noise') return `noise ${cause.noise}`;
  if (cause.kind === 'heartbeat') return 'a heartbeat';
  const act: Act | undefined = cause.act;
  return act === undefined
    ? `${cause.kind} from the start`
    : `${cause.kind} of ${act.actor} ${act.phase ?? ''} ${act.value ?? ''}`;
}
