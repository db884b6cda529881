import type { TrialFacts } from './facts.ts';

/** How long a detector whose polls fail is waited for after the instant until which it is to be heard. */
const waitedMs = 3000;

/**
 * J2: whether polls of a detector failed from before an instant on, so that what came until then is not known. What
 * is kept for it is known as soon as it can be asked again, for which three seconds are waited, or longer where the
 * trial goes on.
 */
export function deafnessAt(facts: TrialFacts, detector: string, atMs: number): 'no' | 'maybe' | 'surely' {
  const polls = facts.played.world.ledger.polls.filter((one) => one.run === facts.run.run && one.detector === detector);
  const good = polls.filter(({ ok }) => ok).map(({ sentMs }) => sentMs);
  const lastGoodMs = Math.max(0, ...good.filter((sentMs) => sentMs < atMs));
  const failed = polls.filter(({ ok, sentMs }) => !ok && sentMs > lastGoodMs && sentMs < atMs + waitedMs);
  const isWaitedFor = facts.cutMs === undefined && facts.result.verdict !== 'errored';
  if (failed.length === 0 || (isWaitedFor && facts.endedMs < atMs + waitedMs)) return 'no';
  const isBack = good.some((sentMs) => sentMs >= atMs && sentMs <= Math.max(facts.endedMs, atMs + waitedMs + 500));
  const isBrief = lastGoodMs >= atMs - 2 * facts.played.story.environment.pollMs - 1000;
  return isBack || isBrief || failed.every(({ toldMs }) => toldMs >= atMs) ? 'maybe' : 'surely';
}
