import type { Alert } from '../ledger.ts';
import type { DetectorStory } from '../story.ts';
import type { TrialFacts } from './facts.ts';
import type { DetectionCase } from './heard-before.ts';
import { goneMs } from './presence.ts';
import { ruleFits } from './rules.ts';
import { stoodStillMs, type Times } from './standstill.ts';

/** From so many times as long as usual between two good polls on, a store was not seen, where polls failed meanwhile. */
const mostUsuals = 2.5;
/** Or where the process stood still for as long. */
const stoodFromMs = 1000;
/** How long a store shows what comes where it declares so. */
const declaredMs = 45_000;

/**
 * J2: whether a store may have shown an alert in a time and taken it back, in a part of it in which no poll was answered
 * for much longer than usual. How often it is polled is the environment's choice.
 */
export function unseenIn(
  facts: TrialFacts,
  detector: DetectorStory,
  { fromMs, untilMs }: Times,
): 'no' | 'maybe' | 'surely' {
  const gaps = gapsOf(facts, detector).filter(
    (gap) => gap.fromMs < untilMs && gap.untilMs - Math.max(gap.fromMs, fromMs) > mostMs(facts),
  );
  const isKept = (gap: Times) => keepsMs(detector) >= gap.untilMs - fromMs;
  return gaps.every(isKept) ? 'no' : gaps.some((gap) => !isKept(gap) && !gap.isOpen) ? 'surely' : 'maybe';
}

/** The same of what a detector tells of a fault: what is shown for as long as that is in is seen afterwards. */
export function unseenOf(
  facts: TrialFacts,
  { detector, fault }: DetectionCase,
  times: Times,
): 'no' | 'maybe' | 'surely' {
  const unseen = unseenIn(facts, detector, times);
  if (detector.sees === 'event' || unseen === 'no') return unseen;
  const lastMs = Math.max(...gapsOf(facts, detector).flatMap((gap) => (gap.fromMs < times.untilMs ? gap.untilMs : [])));
  return lastMs < (goneMs(facts, fault)?.firstMs ?? facts.revertToldMs) - slackMs ? 'no' : 'maybe';
}

/** How long before a fault was gone it may have been seen in for the last time. */
const slackMs = 5000;

/**
 * Whether the store of a detector showed an alert on the fault in a time, for so long that it would have been seen as
 * polls usually go, and no poll of the run did.
 */
export function wasShownUnseen(
  { played, run }: TrialFacts,
  { expectation, detector, fault }: DetectionCase,
  { fromMs, untilMs }: Times,
): boolean {
  const { shows, arrivals } = played.world.ledger;
  const { pollMs, latencyMs } = played.story.environment;
  const isFaults = ({ cause }: Alert) =>
    (cause.kind === 'act' || cause.kind === 'state') && cause.act !== undefined && fault.acts.includes(cause.act);
  return shows.some(
    ({ alert, ...shown }) =>
      alert.detector === detector.name &&
      shown.fromMs >= fromMs &&
      shown.fromMs < untilMs &&
      shown.untilMs - shown.fromMs > mostUsuals * pollMs + 2 * latencyMs &&
      isFaults(alert) &&
      ruleFits(expectation.rule, alert.rule) &&
      !arrivals.some((arrival) => arrival.run === run.run && arrival.alert === alert),
  );
}

function mostMs({ played }: TrialFacts): number {
  return mostUsuals * played.story.environment.pollMs;
}

function keepsMs({ sees, showsForMs }: DetectorStory): number {
  return sees === 'event' && showsForMs === undefined ? declaredMs : 0;
}

/** When no poll of a run was answered though some were sent, or the process stood still; the last one may go on. */
function gapsOf(
  facts: TrialFacts,
  { name, delivery }: DetectorStory,
): readonly (Times & { readonly isOpen: boolean })[] {
  if (delivery !== 'store') return [];
  const { run, endedMs, played } = facts;
  const gaps: (Times & { readonly isOpen: boolean })[] = [];
  let fromMs = run.startedMs;
  let hasFailed = false;
  const until = (untilMs: number, isOpen: boolean) => {
    if (hasFailed || stoodStillMs(run, { fromMs, untilMs }) >= stoodFromMs) gaps.push({ fromMs, untilMs, isOpen });
  };
  const polls = played.world.ledger.polls.filter((one) => one.run === run.run && one.detector === name);
  for (const { ok, sentMs, toldMs } of polls.toSorted((a, b) => a.sentMs - b.sentMs)) {
    if (sentMs >= endedMs || (ok && toldMs > endedMs)) continue;
    hasFailed ||= !ok;
    if (!ok) continue;
    until(sentMs, false);
    fromMs = sentMs;
    hasFailed = false;
  }
  until(endedMs, true);
  return gaps;
}
