import type { Arrival } from '../ledger.ts';
import type { PlayedRun } from '../play.ts';
import type { DetectorStory } from '../story.ts';
import type { TrialFacts } from './facts.ts';
import type { DetectionCase } from './heard-before.ts';
import { ruleFits } from './rules.ts';

/** From so long a stall on, a sender may have given up on who does not read. */
const losesFromMs = 1000;
/** What is read so shortly after a stall may be taken for what came in it. */
const graceMs = 250;

/** A time on the world's clock. */
export interface Times {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** How long the process of a run stood still within a time. */
export function stoodStillMs({ stalls }: PlayedRun, { fromMs, untilMs }: Times): number {
  return stalls.reduce(
    (sum, stall) => sum + Math.max(0, Math.min(stall.untilMs, untilMs) - Math.max(stall.fromMs, fromMs)),
    0,
  );
}

/**
 * J2: whether what a detector pushed in a time may have been lost here. A stall that reaches into it counts as a whole:
 * what came at its beginning waited to its end. Of several short ones in a row nobody can say.
 */
export function mayBeLostHere(
  run: PlayedRun,
  { delivery }: DetectorStory,
  { fromMs, untilMs }: Times,
): 'no' | 'maybe' | 'surely' {
  if (delivery !== 'push') return 'no';
  const stalls = run.stalls.filter((stall) => stall.fromMs < untilMs && stall.untilMs > fromMs);
  if (stalls.some((stall) => stall.untilMs - stall.fromMs >= losesFromMs)) return 'surely';
  const sumMs = stalls.reduce((sum, stall) => sum + stall.untilMs - stall.fromMs, 0);
  return sumMs >= losesFromMs ? 'maybe' : 'no';
}

/** J19: since when an alert may have been here by what the harness can know, which is earlier than it was in truth. */
export function mayBeHereSinceMs({ stalls }: PlayedRun, { fromMs, untilMs }: Arrival): number {
  let sinceMs = fromMs;
  if (untilMs > fromMs && !stalls.some((stall) => stall.fromMs === fromMs)) return sinceMs;
  for (const stall of stalls.toReversed())
    if (stall.fromMs < sinceMs && stall.untilMs >= sinceMs - graceMs) sinceMs = stall.fromMs;
  return sinceMs;
}

/** J20: whether an instant lies where an alert may or may not have been here yet, since nobody read it. */
export function isAroundByStall(run: PlayedRun, arrival: Arrival, atMs: number): boolean {
  const sinceMs = mayBeHereSinceMs(run, arrival);
  if (sinceMs > atMs || arrival.untilMs <= atMs) return false;
  return stoodStillMs(run, { fromMs: sinceMs, untilMs: arrival.untilMs }) > 0;
}

/** Whether an alert on the fault was given up by its sender before it was read here. */
export function wasLostHere(
  { played, run }: TrialFacts,
  { expectation, fault }: DetectionCase,
  horizonMs: number,
): boolean {
  return played.world.ledger.lost.some(
    ({ run: of, alert }) =>
      of === run.run &&
      alert.detector === expectation.detector &&
      alert.resource === fault.story.resource &&
      ruleFits(expectation.rule, alert.rule) &&
      alert.trueMs >= (fault.t0Ms ?? 0) &&
      alert.trueMs <= horizonMs,
  );
}
