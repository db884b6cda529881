import type { HeardSignal } from './heard.ts';
import { proveEffect } from './live-fault.ts';
import type { Trial } from './trial-state.ts';

/** Takes a record of the audit source: proof that an injection succeeded (J12), and who else wrote (J16). */
export function listenToAudit(trial: Trial, heard: HeardSignal): void {
  trial.audit.push(heard);
  const { requestId, errorCode, readOnly } = heard.signal;
  if (errorCode !== undefined) return;
  for (const fault of trial.faults) {
    // A dump of secrets changes nothing and is an act all the same.
    if (readOnly === true && fault.definition.kind !== 'act') continue;
    if (requestId === undefined || !fault.requestIds.includes(requestId)) continue;
    const arrived = heard.arrivedMonoMs[1];
    fault.auditedMonoMs ??= arrived;
    if (fault.status === 'injected') proveEffect(fault, 'audit', arrived);
  }
}
