import type { MitigationProof } from '../model/guardrail.ts';
import type { GuardrailResult } from '../model/scorecard.ts';
import { attributeDenial } from './attribute-denial.ts';
import { faultState, tellingReads } from './fault-state.ts';
import { guardOf, passageOf } from './guard-of.ts';
import { heardUntil } from './heard-until.ts';
import type { FaultState, Judgement } from './judge-detection.ts';
import { type ChangeReads, type GuardrailCase, judgeGuardrail, type OtherChange } from './judge-guardrail.ts';
import type { LiveFault } from './live-fault.ts';
import { readsOf, reverterOf, stabilityOf } from './reverter-of.ts';
import { endOf, type expectationsOf, faultFor, stallsOf, subjectsOf, type Trial } from './trial-state.ts';

/** Judges one expectation of a guardrail on the facts so far. */
export function judgeTrialGuardrail(
  trial: Trial,
  expectation: ReturnType<typeof expectationsOf>['guardrails'][number],
): Judgement<GuardrailResult> {
  const { request } = trial.deps;
  const config = request.environment.guardrails[expectation.guardrail];
  const fault = faultFor(trial, expectation.fault);
  const guard = guardOf(trial, expectation.guardrail);
  const { definition, params } = guard;
  const denialBy = attributeDenial(trial, fault, guard);
  const revertBy = reverterOf(trial, fault, (audit, managers = []) =>
    definition?.attributeRevert?.({ audit, subjects: subjectsOf(fault), managers }, params),
  );
  const { failedOpen } = passageOf(trial, guard, fault.requestIds);
  return judgeGuardrail({
    expectation,
    fault: readable(fault),
    ...changeReads(fault, readsOf(trial, fault)),
    alongside: trial.faults.filter((one) => one !== fault && isTold(one)).map(otherChange),
    settleMs: fault.settleMs,
    ...mitigationOf(trial, expectation.id, definition?.mitigatedBy?.(params)),
    ...(failedOpen === undefined ? {} : { failedOpen }),
    auditSources: Object.keys(request.environment.audit),
    onlyWriter: config?.onlyWriter ?? false,
    stabilityMs: stabilityOf(trial, fault),
    nowMonoMs: heardUntil(trial),
    ...(fault.denied === undefined ? {} : { denial: fault.denied }),
    ...(denialBy === undefined ? {} : { denialBy }),
    ...(revertBy === undefined ? {} : { revertBy }),
    ...stallsOf(trial),
    ...endOf(trial),
  });
}

function changeReads(fault: LiveFault, reads: ChangeReads['reads']): ChangeReads {
  const { revertRequested, rollback } = fault;
  return {
    reads,
    ...(revertRequested === undefined ? {} : { revertMonoMs: revertRequested.monoMs }),
    mayBeGoneBefore: fault.mayBeGoneBefore === true || (rollback !== undefined && rollback.verdict !== 'clean'),
  };
}

/** Whether it can be told that somebody took it out: it was in, and its state can be read. */
function isTold({ definition, status, effect }: LiveFault): boolean {
  return definition.kind !== 'act' && definition.onTrust !== true && status === 'injected' && effect === 'proven';
}

function otherChange(fault: LiveFault): OtherChange {
  const { definition, bound } = fault;
  const what = `'${definition.type}' on '${definition.touches(bound.params)[0] ?? ''}'`;
  return { what, ...changeReads(fault, tellingReads(fault)) };
}

/** Nobody can read whether what others do (`external`) is in, so that nothing shows that it was taken back (J12). */
function readable(fault: LiveFault): FaultState {
  const state = faultState(fault);
  return fault.definition.onTrust === true ? { ...state, effect: 'unproven' } : state;
}

function mitigationOf(trial: Trial, id: string, proof: MitigationProof | undefined): Pick<GuardrailCase, 'mitigation'> {
  return proof === undefined
    ? {}
    : { mitigation: { reads: trial.mitigation.get(id) ?? [], overMs: proof.tolerance.overMs } };
}
