import type { FaultFacts, TrialFacts } from './facts.ts';

/** Whether the harness could prove that a fault took effect (J12, J13); `maybe` where the proof is at the edge. */
export type EffectProof = 'yes' | 'maybe' | 'no';

/** Weighs what the harness had in hand: reads, audit records, versions. */
export function effectProof(facts: TrialFacts, fault: FaultFacts): EffectProof {
  const { story } = facts.played;
  const t0Ms = fault.t0Ms;
  if (t0Ms === undefined || fault.outcome === 'none') return 'no';
  if (fault.outcome === 'in' && fault.isAcknowledged && fault.story.versioned) return 'yes';
  // Where it was so before, the state read back shows nothing of a request without an answer.
  const wasSoBefore = fault.presence.some(
    ({ fromMs, toMs }) => fromMs < Math.min(t0Ms, facts.captureToldMs) && toMs > t0Ms,
  );
  if (wasSoBefore && !fault.isAcknowledged) return auditedMs(facts, fault) === undefined ? 'no' : 'maybe';
  const settleMs = story.environment.settleMs ?? fault.story.settleMs;
  const reads = facts.acts
    .filter((act) => act.op === 'read' && act.phase === 'observe' && act.resource === fault.story.resource)
    .filter((act) => act.sentMs >= t0Ms && act.answer === 'ok' && act.untold !== true && act.saw !== undefined)
    .filter((act) => act.answeredMs !== undefined && act.answeredMs <= facts.endedMs)
    .map((act) => ({ sentMs: act.sentMs, answeredMs: act.answeredMs ?? 0, sawIt: saw(fault, act.saw ?? {}) }));
  // What the capture of a later fault of the trial saw is no read-back of this one.
  const injectedMs = Math.max(...facts.faults.flatMap(({ acts }) => acts.map((act) => act.answeredMs ?? act.sentMs)));
  // Where it never came to watch, reads are those of its rollback.
  const inTime = reads.filter(
    ({ sentMs, answeredMs }) =>
      facts.observeToldMs !== undefined && sentMs >= injectedMs && answeredMs <= facts.revertToldMs,
  );
  if (believed(inTime, settleMs)) return isReadForSure(facts, fault, { inTime, settleMs }) ? 'yes' : 'maybe';
  const isAudited = auditedMs(facts, fault) !== undefined;
  // J12 allows the marker in place of a request id; an answer that was lost leaves open how much was sent.
  if (isAudited && fault.outcome === 'in' && fault.isAcknowledged) return 'yes';
  return believed(reads, settleMs) || isAudited || reads.some(({ sawIt }) => sawIt) ? 'maybe' : 'no';
}

/** Each fault has reads of its own; whose a read is, its resource alone does not tell, but where none of them fails. */
function isReadForSure(
  facts: TrialFacts,
  fault: FaultFacts,
  { inTime, settleMs }: { readonly inTime: readonly { readonly sawIt: boolean }[]; readonly settleMs: number },
): boolean {
  const { resource } = fault.story;
  const watchers = facts.faults.filter(({ story }) => story.resource === resource).length;
  if (watchers === 1) return true;
  const hasFailed = facts.acts.some(
    (act) => act.op === 'read' && act.phase === 'observe' && act.resource === resource && act.answer !== 'ok',
  );
  const seeing = inTime.filter(({ sawIt }) => sawIt).length;
  return settleMs === 0 && fault.isAcknowledged && !hasFailed && seeing >= watchers;
}

/** When the audit source had told of every request of a fault. */
function auditedMs(facts: TrialFacts, fault: FaultFacts): number | undefined {
  const { audited } = facts.played.world.ledger;
  const times = fault.acts.map((act) => {
    const arrivals = audited.get(act) ?? [];
    return arrivals.find(({ run, atMs }) => run === facts.run.run && atMs <= facts.endedMs)?.atMs;
  });
  return times.includes(undefined) ? undefined : Math.max(...times.map((ms) => ms ?? 0));
}

function saw(fault: FaultFacts, state: Readonly<Record<string, string>>): boolean {
  return Object.entries(fault.story.set).every(([field, value]) => state[field] === value);
}

/** J13: one read is enough of a strongly consistent store; otherwise two agree that are more than `settle` apart. */
function believed(reads: readonly { readonly sentMs: number; readonly sawIt: boolean }[], settleMs: number): boolean {
  if (settleMs === 0) return reads.some(({ sawIt }) => sawIt);
  let sinceMs: number | undefined;
  for (const { sentMs, sawIt } of reads) {
    if (!sawIt) sinceMs = undefined;
    else {
      sinceMs ??= sentMs;
      if (sentMs - sinceMs > settleMs) return true;
    }
  }
  return false;
}
