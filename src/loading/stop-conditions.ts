import type { AnyProbe } from '../model/probe.ts';
import type { Problem } from '../model/problems.ts';
import type { BoundStopCondition } from '../model/run.ts';
import type { StopConditions } from '../model/stop-conditions.ts';
import { findPlugin } from './plugin-params.ts';
import type { ScenarioCheck } from './scenario-check.ts';

type Bind = (definition: AnyProbe, index: number) => unknown;

/**
 * Binds what may end a trial early, the scenario's own and the environment's; `bindParams` parses the params of the
 * scenario's own probes. Those of the environment have been checked with its file.
 */
export function bindStopConditions(
  check: ScenarioCheck,
  problems: Problem[],
  bindParams: Bind,
): readonly BoundStopCondition[] {
  const { scenario, environment, catalogue, file } = check;
  const own = scenario.stopConditions;
  checkStopConditions(check);
  const ownProbes = (own?.probes ?? []).flatMap((use, index): readonly BoundStopCondition[] => {
    const typeAt = ['stopConditions', 'probes', index, 'probe'];
    const name = { source: file.source, typeAt, kind: 'probe', type: use.probe };
    const definition = findPlugin<AnyProbe>(name, catalogue.probes, problems);
    if (definition === undefined) return [];
    return [{ of: 'scenario', kind: 'probe', use, definition, params: bindParams(definition, index) }];
  });
  const shared = environment.stopConditions;
  const sharedProbes = (shared?.probes ?? []).flatMap((use): readonly BoundStopCondition[] => {
    const definition = catalogue.probes.get(use.probe);
    const params = definition?.params.safeParse(use.with).data;
    return definition === undefined ? [] : [{ of: 'environment', kind: 'probe', use, definition, params }];
  });
  const hasSteadyState = scenario.steadyState.length > 0;
  return [
    ...limitsOf('scenario', own, hasSteadyState),
    ...limitsOf('environment', shared, hasSteadyState),
    ...ownProbes,
    ...sharedProbes,
  ];
}

function limitsOf(
  of: BoundStopCondition['of'],
  conditions: StopConditions | undefined,
  hasSteadyState: boolean,
): readonly BoundStopCondition[] {
  const { timeBox, errorBudget } = conditions ?? {};
  return [
    ...(timeBox === undefined ? [] : [{ of, kind: 'time-box', limitMs: timeBox } as const]),
    ...(errorBudget === undefined || !hasSteadyState
      ? []
      : [{ of, kind: 'error-budget', limitMs: errorBudget } as const]),
  ];
}

function checkStopConditions({ scenario, problem }: ScenarioCheck): void {
  const { stopConditions, steadyState } = scenario;
  if (stopConditions?.errorBudget !== undefined && steadyState.length === 0)
    problem(
      ['stopConditions', 'errorBudget'],
      'an error budget is one of the steady state: name a probe under steadyState.',
    );
  for (const [index, use] of (stopConditions?.probes ?? []).entries()) {
    const message = limitProblem(use);
    if (message !== undefined) problem(['stopConditions', 'probes', index], message);
  }
}

/** Says what is wrong with the limits of a probe that may end a trial. */
export function limitProblem({ atLeast, atMost }: StopConditions['probes'][number]): string | undefined {
  if (atLeast === undefined && atMost === undefined) return 'a limit needs atLeast, atMost or both.';
  return atLeast !== undefined && atMost !== undefined && atLeast > atMost
    ? `no value is at least ${atLeast} and at most ${atMost}.`
    : undefined;
}
