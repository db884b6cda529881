import type { HeardSignal } from './heard.ts';
import { type LiveFault, proveEffect } from './live-fault.ts';
import type { Trial } from './trial-state.ts';

/** Takes a record of the audit source: proof that an injection succeeded (J12), and who else wrote (J16). */
export function listenToAudit(trial: Trial, heard: HeardSignal): void {
  trial.audit.push(heard);
  for (const fault of trial.faults) proveBy(heard, fault);
}

/** Looks once more at what came before the acknowledgement did: only that told the request ids. */
export function reviewAudit(trial: Trial, fault: LiveFault): void {
  for (const heard of trial.audit) proveBy(heard, fault);
}

function proveBy(heard: HeardSignal, fault: LiveFault): void {
  const { requestId, errorCode, readOnly } = heard.signal;
  // A dump of secrets changes nothing and is an act all the same.
  if (errorCode !== undefined || (readOnly === true && fault.definition.kind !== 'act')) return;
  if (requestId === undefined || !fault.requestIds.includes(requestId)) return;
  const arrived = heard.arrivedMonoMs[1];
  fault.auditedMonoMs ??= arrived;
  fault.auditedIds.add(requestId);
  // A change of several requests is in only once all of them were done.
  const isWhole = fault.requestIds.every((id) => fault.auditedIds.has(id));
  if (fault.status === 'injected' && isWhole) proveEffect(fault, 'audit', arrived);
}
