import type { DetectorStory } from '../story.ts';
import type { TrialFacts } from './facts.ts';
import { isAroundByStall } from './standstill.ts';

/** What canaries proved of a detector's path to a run within a span (J1 to J3). */
export interface PathFacts {
  readonly ruleRaised: boolean;
  readonly rule: boolean;
  readonly tool: boolean;
  /** A canary came that was raised at the very edge of the span. */
  readonly isAtEdge: boolean;
  /** A canary was raised in the span, whether it came or not. */
  readonly raised: boolean;
}

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  /** What a poll must show an entry from after, to prove a path (J1). */
  readonly deadlineMs?: number;
}

/** Looks up which canaries were raised and received within a span. */
export function pathOf(
  facts: TrialFacts,
  detector: DetectorStory,
  { fromMs, untilMs, deadlineMs = fromMs }: Span,
): PathFacts {
  const { acts, arrivals } = facts.played.world.ledger;
  const raised = acts.filter(
    (act) =>
      act.run === facts.run.run &&
      act.phase === 'canary' &&
      act.resource === detector.name &&
      act.sentMs >= fromMs &&
      act.sentMs <= untilMs,
  );
  const came = (rule: string, op: string) =>
    arrivals.some(
      ({ run, alert, untilMs: atMs }) =>
        run === facts.run.run &&
        alert.detector === detector.name &&
        alert.rule === rule &&
        atMs <= untilMs &&
        atMs >= fromMs &&
        alert.cause.kind === 'canary' &&
        alert.cause.act.run === facts.run.run &&
        alert.cause.act.op === op &&
        alert.cause.act.sentMs >= fromMs,
    );
  const beats = arrivals.filter(
    ({ run, alert, untilMs: atMs }) =>
      run === facts.run.run && alert.detector === detector.name && alert.cause.kind === 'heartbeat' && atMs <= untilMs,
  );
  const slackMs = 2 * (detector.errorMs + detector.resolutionMs);
  const hasBeat =
    detector.ruleCanary === 'heartbeat' &&
    detector.withoutTime !== true &&
    beats.some(({ alert }) => alert.trueMs >= fromMs);
  const isClear = beats.some(({ alert }) => alert.trueMs >= fromMs + slackMs);
  // What comes at the very last instant may be judged before it is taken.
  const isLastMoment = arrivals.some(
    (arrival) =>
      arrival.run === facts.run.run &&
      arrival.alert.detector === detector.name &&
      (arrival.alert.cause.kind === 'canary' || arrival.alert.cause.kind === 'heartbeat') &&
      ((arrival.untilMs === untilMs && arrival.alert.cause.kind === 'canary') ||
        isAroundByStall(facts.run, arrival, untilMs)),
  );
  const isClockWrong = Math.abs(detector.skewMs) > detector.errorMs;
  const newestMs = newestShown(facts, detector, untilMs);
  const isPoll = detector.toolCanary === 'poll';
  const isPollAtEdge = isPoll && (isClockWrong || Math.abs(newestMs - deadlineMs) <= slackMs + 1);
  return {
    ruleRaised: raised.some((act) => act.op === 'canary') || hasBeat,
    rule: detector.ruleCanary === 'heartbeat' ? hasBeat : came('canary', 'canary'),
    tool: isPoll ? newestMs >= deadlineMs : came('test', 'test'),
    isAtEdge:
      isLastMoment ||
      isPollAtEdge ||
      (detector.ruleCanary === 'heartbeat' && (isClockWrong || !isClear || detector.withoutTime === true)),
    raised: raised.length > 0,
  };
}

/** When the youngest alert that a run had been shown by an instant was raised, as it says itself. */
function newestShown(facts: TrialFacts, detector: DetectorStory, untilMs: number): number {
  const { clock, ledger } = facts.played.world;
  const startEpochMs = clock.epochMs() - clock.monoMs();
  const said = ledger.arrivals
    .filter(
      ({ run, alert, untilMs: atMs }) =>
        run === facts.run.run && alert.detector === detector.name && alert.saysTime && atMs <= untilMs,
    )
    .map(({ alert }) => alert.eventEpochMs - startEpochMs);
  return Math.max(Number.NEGATIVE_INFINITY, ...said);
}
