import { formatDuration } from '../model/duration.ts';
import { type AnyLoad, wellForMs } from '../model/load.ts';
import type { LoadUse } from '../model/scenario.ts';
import type { ScenarioCheck } from './scenario-check.ts';

/** Checks what is expected of a load against what it can tell, and against the time for which the fault is in. */
export function checkLoad({ scenario, environment, problem }: ScenarioCheck, use: LoadUse, definition: AnyLoad): void {
  for (const [index, expected] of use.expect.entries()) {
    const path = ['load', 'expect', index];
    if (expected.figure === 'recovery') {
      if (!definition.tellsRecovery)
        problem([...path, 'figure'], `the load '${use.type}' does not tell when users are well again.`);
      const needed = expected.within + wellForMs;
      const most = scenario.maxExposure ?? environment.budgets.maxExposure;
      const [name, at] =
        scenario.maxExposure === undefined
          ? ['budgets.maxExposure of the environment', [...path, 'within']]
          : ['maxExposure', ['maxExposure']];
      if (most < needed)
        problem(
          at,
          `${name} must be at least ${formatDuration(needed)}, 1 s more than the SLO of the recovery, got ${formatDuration(most)}.`,
        );
    } else if (!definition.phases.includes(expected.phase)) {
      const told = definition.phases.join(' or ');
      problem([...path, 'phase'], `the load '${use.type}' has no figures of '${expected.phase}', only of ${told}.`);
    }
  }
}
