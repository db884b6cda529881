import type { TrialFacts } from './facts.ts';
import { stoodStillMs } from './standstill.ts';

/** How long an answer to a poll of an instant is waited for. */
const waitedMs = 3000;
/** How long after that a verdict may fall. */
const slackMs = 500;

/**
 * J2: whether it is unknown what a polled detector had to say until an instant, since no poll that was sent at or after it
 * was answered. What is kept for it is known as soon as one is, for which three seconds are waited, or longer where the
 * trial goes on.
 */
export function deafnessAt(facts: TrialFacts, detector: string, atMs: number): 'no' | 'maybe' | 'surely' {
  const story = facts.played.story.detectors.find(({ name }) => name === detector);
  if (story?.delivery !== 'store' && story?.delivery !== 'queue') return 'no';
  const answered = facts.played.world.ledger.polls
    .filter((one) => one.run === facts.run.run && one.detector === detector && one.ok && one.sentMs >= atMs)
    .map(({ toldMs }) => toldMs);
  const firstMs = Math.min(Number.POSITIVE_INFINITY, ...answered);
  const isWaitedFor = facts.cutMs === undefined && facts.result.verdict !== 'errored';
  const knownMs = isWaitedFor ? Math.max(facts.endedMs, atMs + waitedMs) : Math.min(facts.endedMs, facts.cutMs ?? 0);
  if (firstMs < knownMs) return 'no';
  const stalledMs = stoodStillMs(facts.run, { fromMs: atMs, untilMs: facts.endedMs });
  return firstMs <= Math.max(facts.endedMs, atMs + waitedMs + stalledMs) + slackMs ? 'maybe' : 'surely';
}
