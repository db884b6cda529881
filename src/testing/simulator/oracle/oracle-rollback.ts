import type { RollbackResult } from '../../../model/scorecard.ts';
import type { Act } from '../ledger.ts';
import type { FaultFacts, TrialFacts } from './facts.ts';
import { type Allowed, hold, type Judged } from './finding.ts';

type Entry = RollbackResult['faults'][number];

/** Says what may be said of each rollback of a trial. */
export function judgeRollbacks(facts: TrialFacts): Judged[] {
  const { rollback, marker } = facts.result;
  const begun = (role: 'control' | 'fault', list: readonly FaultFacts[]) =>
    list.filter((_, index) => facts.played.world.intents.has(`${marker} ${role} ${index}`));
  const pairs = (role: 'control' | 'fault', list: readonly FaultFacts[]) => {
    const entries = rollback.faults.filter((entry) => entry.role === role);
    return begun(role, list).flatMap((fault, index) => {
      const entry = entries[index];
      return entry === undefined ? [] : [judgeOne(facts, fault, { ...entry, role })];
    });
  };
  return [...pairs('control', facts.controls), ...pairs('fault', facts.faults)];
}

function judgeOne(facts: TrialFacts, fault: FaultFacts, said: Entry): Judged {
  const about = `rollback ${facts.about} ${said.role} on ${fault.story.resource}`;
  const { truth, allowed } = consider(facts, fault);
  const findings = hold({ verdict: said.verdict, reasonCode: said.reasonCode, about }, allowed, truth);
  return { cell: { of: 'rollback', truth, verdict: said.verdict }, findings };
}

function consider(facts: TrialFacts, fault: FaultFacts): { readonly truth: string; readonly allowed: Allowed[] } {
  const fields = fault.story.set;
  const writes = writesOn(facts, fault.story.resource).filter((act) => (act.actedMs ?? 0) <= facts.endedMs);
  const since = writes.filter((act) => act.sentMs >= (fault.t0Ms ?? Number.POSITIVE_INFINITY) || act.run === undefined);
  const ours = writes.filter((act) => fault.acts.includes(act));
  const removals = writes.filter(
    (act) => act.phase === 'revert' && act.marker === facts.result.marker && (act.field ?? '') in fields,
  );
  const left = Object.entries(fields).filter(([field, value]) => {
    const last = writes.findLast((act) => act.field === field);
    return last !== undefined && last.value === value && last.run !== undefined && ours.includes(last);
  });
  const others = since.filter((act) => act.run === undefined && (act.field ?? '') in fields);
  const isSuspicious = hasTrouble(facts, fault) || others.length > 0;
  const allowed: Allowed[] = [];
  if (left.length === 0) {
    if (ours.length === 0 || others.length > 0) allowed.push({ verdict: 'none', rule: '§3 rollback' });
    const mayHaveActed = facts.acts.some(
      (act) =>
        act.phase === 'revert' &&
        act.resource === fault.story.resource &&
        (act.answer === 'error' || act.answer === 'lost'),
    );
    if (mayHaveActed || removals.length > 0 || ours.length === 0 || !fault.isAcknowledged)
      allowed.push({ verdict: 'clean', rule: '§3 rollback' });
    if (others.length > 0) allowed.push({ verdict: 'by-guardrail', rule: '§3 rollback' });
    // Nothing was sent by the time that the trial ended early, or the request was lost on its way.
    if (ours.length === 0) allowed.push({ verdict: 'by-guardrail', rule: '§3 rollback' });
  }
  if (left.length > 0 || isSuspicious) {
    allowed.push({ verdict: 'dirty', rule: '§3 rollback' });
    allowed.push({ verdict: 'unverified', rule: '§3 rollback' });
  }
  const truth =
    ours.length === 0
      ? 'never in'
      : left.length > 0
        ? 'still in'
        : removals.length > 0
          ? 'taken back'
          : 'put back by others';
  return { truth, allowed };
}

/** Requests of the rollback that went wrong, an abandoned revert, or a revert whose journal could not be written. */
function hasTrouble(facts: TrialFacts, fault: FaultFacts): boolean {
  const t0Ms = fault.t0Ms ?? facts.startedMs;
  const failed = facts.acts.some(
    (act) =>
      (act.phase === 'observe' || act.phase === 'revert') &&
      act.resource === fault.story.resource &&
      act.sentMs >= t0Ms &&
      act.answer !== 'ok',
  );
  return failed || facts.played.abandonedMs !== undefined;
}

function writesOn(facts: TrialFacts, resource: string): readonly Act[] {
  return facts.played.world.ledger.acts
    .filter((act) => act.op === 'write' && act.resource === resource)
    .filter((act) => act.actedMs !== undefined && act.deniedBy === undefined)
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
}
