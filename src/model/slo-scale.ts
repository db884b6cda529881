import type { Environment } from './environment.ts';
import type { BoundScenario } from './run.ts';
import type { Scenario } from './scenario.ts';

/**
 * Multiplies every SLO of a scenario by a factor, and with it whatever is counted from an SLO or must outlast one: hold,
 * exposure, windows of probes, the time that a load flows before and after. For rehearsals, in which verdicts on times
 * mean nothing; what the plugins themselves need (settle, time limits of calls) stays.
 */
export function scaleScenario(bound: BoundScenario, factor: number): BoundScenario {
  const scaled = scaleBy(factor);
  const { scenario, steadyState, impact, load } = bound;
  const probes = (all: typeof steadyState) =>
    all.map((probe) => {
      const { tolerance } = probe.use;
      return { ...probe, use: { ...probe.use, tolerance: { ...tolerance, over: scaled(tolerance.over) } } };
    });
  return {
    ...bound,
    scenario: { ...scenario, ...scaleLimits(scenario, scaled), expect: scaleExpect(scenario.expect, scaled) },
    steadyState: probes(steadyState),
    impact: probes(impact),
    ...(load === undefined
      ? {}
      : { load: { ...load, use: { ...load.use, before: scaled(load.use.before), after: scaled(load.use.after) } } }),
  };
}

/** Multiplies how long an environment holds faults in and waits for stability. */
export function scaleEnvironment(environment: Environment, factor: number): Environment {
  const scaled = scaleBy(factor);
  return { ...environment, hold: scaled(environment.hold), stability: scaled(environment.stability) };
}

type Scaled = (ms: number) => number;

/** At least 1 ms of whatever was more than nothing. */
function scaleBy(factor: number): Scaled {
  return (ms) => (ms === 0 ? 0 : Math.max(1, Math.round(ms * factor)));
}

function scaleLimits({ hold, maxExposure }: Scenario, scaled: Scaled): Partial<Scenario> {
  return {
    ...(hold === undefined ? {} : { hold: scaled(hold) }),
    ...(maxExposure === undefined ? {} : { maxExposure: scaled(maxExposure) }),
  };
}

function scaleExpect(expect: Scenario['expect'], scaled: Scaled): Scenario['expect'] {
  const within = <One extends { readonly within: number }>(all: readonly One[]): One[] =>
    all.map((one) => ({ ...one, within: scaled(one.within) }));
  return {
    detections: within(expect.detections),
    guardrails: within(expect.guardrails),
    blind: within(expect.blind),
    blindGuardrails: within(expect.blindGuardrails),
  };
}
