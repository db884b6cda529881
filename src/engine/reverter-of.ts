import type { Attribution } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';
import { subjectsFrom } from './correlate.ts';
import { tellingReads } from './fault-state.ts';
import type { LiveFault } from './live-fault.ts';
import { lastStablePeriod, type StateRead, untilStable } from './state-reads.ts';
import { auditMarginMs, subjectsOf, type Trial } from './trial-state.ts';
import { type RevertWitness, whoReverted } from './who-reverted.ts';

/** Says of a trial's fault who took it back; undefined while it is in. */
export function reverterOf(
  trial: Trial,
  fault: LiveFault,
  attribute: RevertWitness['attribute'],
): Attribution | undefined {
  const { t0, settleMs, definition, bound } = fault;
  const reads = readsOf(trial, fault);
  const gone = lastStablePeriod(reads);
  if (t0 === undefined || gone === undefined) return undefined;
  // Who began to take it out did so after it was seen whole: a pod that is deleted may be there for a while.
  const wholeMonoMs = reads.findLast(({ present }) => present)?.sentMonoMs ?? t0.monoMs;
  const goneMonoMs = [Math.min(gone[0], wholeMonoMs), gone[1]] as const;
  if (!trial.deps.wall.isSteady()) return { whose: 'unknown', why: 'the wall clock was set while the run went on' };
  const { audit, marker } = trial;
  const subjects = subjectsFrom(subjectsOf(fault));
  const marginMs = (source: string) => auditMarginMs(trial, source);
  const canUndo = ({ action }: Signal) => action === undefined || definition.undoneBy?.(bound.params, action) !== false;
  return whoReverted({ audit, marker, subjects, t0, goneMonoMs, reads, settleMs, marginMs, canUndo, attribute });
}

/** How long it must stay away. */
export function stabilityOf(trial: Trial, fault: LiveFault): number {
  return Math.max(trial.deps.request.environment.stability, fault.settleMs);
}

/** What a guardrail is judged by: who reverted must have done so where the verdict says that it went. */
export function readsOf(trial: Trial, fault: LiveFault): readonly StateRead[] {
  return untilStable(tellingReads(fault), stabilityOf(trial, fault));
}
