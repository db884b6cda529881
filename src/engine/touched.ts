import type { TargetKind } from '../model/fault.ts';
import type { BoundFault, BoundScenario } from '../model/run.ts';

/**
 * How many things each touched name stands for, by target. What exists is touched once, however often; what a fault
 * creates counts each time that it may be there beside others: scenarios that share a name run one after the other.
 */
export function touchedBy(scenarios: readonly BoundScenario[]): ReadonlyMap<TargetKind, ReadonlyMap<string, number>> {
  const byTarget = new Map<TargetKind, Map<string, number>>();
  for (const together of scenarios.flatMap(({ faults, control }) => [faults, control])) {
    const created = new Map<string, number>();
    for (const fault of together) {
      const known = byTarget.get(fault.definition.target) ?? new Map<string, number>();
      byTarget.set(fault.definition.target, known);
      for (const name of fault.definition.touches(fault.params as never)) {
        const count = (created.get(name) ?? 0) + leavesOf(fault);
        if (fault.definition.leaves !== undefined) created.set(name, count);
        known.set(name, Math.max(known.get(name) ?? 1, created.get(name) ?? 1));
      }
    }
  }
  return byTarget;
}

/** How many things a fault makes under each name that it touches; 1 where it changes what is there. */
function leavesOf({ definition, params }: BoundFault): number {
  return definition.leaves?.(params as never) ?? 1;
}
