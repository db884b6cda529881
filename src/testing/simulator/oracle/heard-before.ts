import type { Arrival } from '../ledger.ts';
import type { DetectionStory, DetectorStory } from '../story.ts';
import type { FaultFacts, TrialFacts } from './facts.ts';
import { ruleFits } from './rules.ts';

/** A detection with its detector and the fault whose t0 it counts from. */
export interface DetectionCase {
  readonly expectation: DetectionStory;
  readonly detector: DetectorStory;
  readonly fault: FaultFacts;
}

/** Whether an alert of the expected rule on the subject had been heard as open before t0 (J8). */
export function wasOpenBefore(facts: TrialFacts, { expectation, detector, fault }: DetectionCase): boolean {
  const t0Ms = fault.t0Ms ?? 0;
  const before = facts.played.world.ledger.arrivals.filter(
    ({ run, alert, fromMs }) =>
      run === facts.run.run &&
      alert.detector === detector.name &&
      fromMs < t0Ms &&
      ruleFits(expectation.rule, alert.rule) &&
      facts.faults.some(({ story }) => story.resource === alert.resource),
  );
  return before.some(({ alert }) => alert.status === 'open');
}

/** J9: whether its `rearm` declares that it may have raised no alert on the fault, since it had alerted on the subject before. */
export function wasUnarmed(facts: TrialFacts, one: DetectionCase): boolean {
  const { detector, fault } = one;
  const { rearm, recurrence } = detector;
  if (rearm === 'none') return false;
  if (rearm === 'resolved') return recurrence === 'none' && wasOpenBefore(facts, one);
  const t0Ms = fault.t0Ms ?? 0;
  return facts.played.world.ledger.arrivals.some(
    ({ run, alert, untilMs }) =>
      run === facts.run.run &&
      alert.detector === detector.name &&
      alert.resource === fault.story.resource &&
      untilMs <= t0Ms &&
      untilMs + rearm > t0Ms,
  );
}

/** Whether an alert of before t0 was told to be over before t0. */
export function wasClosedBefore(facts: TrialFacts, arrival: Arrival, t0Ms: number): boolean {
  return facts.played.world.ledger.arrivals.some(
    ({ run, alert, untilMs }) =>
      run === arrival.run &&
      alert.detector === arrival.alert.detector &&
      alert.key === arrival.alert.key &&
      alert.status !== 'open' &&
      untilMs >= arrival.untilMs &&
      untilMs < t0Ms,
  );
}

/** Whether an alert of before t0 came once more in time, as a detector that groups does when it happens again (J8). */
export function hasRepeat(facts: TrialFacts, { expectation, detector, fault }: DetectionCase, sloMs: number): boolean {
  const t0Ms = fault.t0Ms ?? 0;
  const mine = facts.played.world.ledger.arrivals.filter(
    ({ run, alert }) =>
      run === facts.run.run &&
      alert.detector === detector.name &&
      alert.agents.length === 0 &&
      ruleFits(expectation.rule, alert.rule) &&
      alert.resource === fault.story.resource,
  );
  return mine.some(
    ({ alert, untilMs, fromMs }, index) =>
      untilMs >= t0Ms && fromMs <= sloMs && mine.slice(0, index).some((earlier) => earlier.alert === alert),
  );
}
