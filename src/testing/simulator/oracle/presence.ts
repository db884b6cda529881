import type { FaultFacts, TrialFacts } from './facts.ts';

/** Whether a read at or after an instant could show that the fault was still in then; whose it is its resource alone does not tell. */
export function wasReadIn(facts: TrialFacts, fault: FaultFacts, atMs: number): boolean {
  const settleMs = facts.played.story.environment.settleMs ?? fault.story.settleMs;
  const watchers = facts.faults.filter(({ story }) => story.resource === fault.story.resource).length;
  const looks = facts.acts.filter(
    (act) => act.op === 'read' && act.phase === 'observe' && act.resource === fault.story.resource,
  );
  const showing = looks.filter(
    (act) =>
      act.answer === 'ok' &&
      act.untold !== true &&
      Object.entries(fault.story.set).every(([field, value]) => act.saw?.[field] === value) &&
      act.sentMs >= atMs + settleMs &&
      act.sentMs <= facts.revertToldMs,
  );
  return showing.length >= watchers && (watchers === 1 || looks.every(({ answer }) => answer === 'ok'));
}

/** When the fault was out again, at the earliest and for good. */
export function goneMs(
  facts: TrialFacts,
  fault: FaultFacts,
): { readonly firstMs: number; readonly lastMs: number } | undefined {
  const spans = fault.presence.filter(({ toMs }) => toMs >= (fault.t0Ms ?? 0) && toMs <= facts.endedMs);
  const last = fault.presence.findLast(({ fromMs }) => fromMs <= facts.endedMs);
  // Somebody was faster than its last part, so that it never was wholly in.
  if (fault.presence.length === 0) return { firstMs: fault.t0Ms ?? 0, lastMs: Number.POSITIVE_INFINITY };
  if (spans.length === 0) return undefined;
  return { firstMs: Math.min(...spans.map(({ toMs }) => toMs)), lastMs: last?.toMs ?? 0 };
}
