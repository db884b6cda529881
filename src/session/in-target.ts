import { detectorsOf } from '../engine/detectors-of.ts';
import type { Environment } from '../model/environment.ts';
import type { TargetKind } from '../model/fault.ts';
import type { BoundFault, BoundProbe, BoundScenario } from '../model/run.ts';

/** What scenarios do and measure in one target. */
export interface InTarget {
  readonly faults: readonly BoundFault[];
  readonly probes: readonly BoundProbe[];
  readonly isUsed: boolean;
}

export function inTarget(kind: TargetKind, scenarios: readonly BoundScenario[]): InTarget {
  const isThere = ({ definition }: { readonly definition: { readonly target: TargetKind } }) =>
    definition.target === kind;
  const faults = scenarios.flatMap((bound) => [...bound.control, ...bound.faults]).filter(isThere);
  const probes = scenarios.flatMap((bound) => [...bound.steadyState, ...bound.impact]).filter(isThere);
  return { faults, probes, isUsed: faults.length + probes.length > 0 };
}

/** The canaries, as windshear.yaml has them, of every detector that scenarios expect something of. */
export function canariesOf({ detectors }: Environment, scenarios: readonly BoundScenario[]): readonly object[] {
  const names = new Set(scenarios.flatMap(detectorsOf));
  return [...names].flatMap((name) => Object.values(detectors[name]?.canary ?? {}).filter((act) => act !== undefined));
}
