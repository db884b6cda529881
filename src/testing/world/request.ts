import { environmentSchema } from '../../model/environment.ts';
import type { BoundScenario, BoundStopCondition, RunEvent, RunRequest } from '../../model/run.ts';
import { scenarioSchema } from '../../model/scenario.ts';
import { worldCatalogue, worldDecode } from './catalogue.ts';
import type { World } from './world.ts';

/** An environment of `sim.push` detectors, one audit source and the guardrails of the world's catalogue. */
export function worldEnvironment(world: World, overrides: Record<string, unknown> = {}) {
  const detectors = Object.fromEntries(
    world.detectors.map(({ name, carriesMarker }) => [
      name,
      {
        channel: { type: 'sim.push', name },
        format: 'sim.json',
        sees: 'event',
        carries: carriesMarker ? ['marker', 'subject', 'actor'] : ['subject', 'actor'],
        uses: ['trail'],
        canary: { rule: { type: 'sim.canary', name }, tool: { type: 'sim.test', name } },
        clock: { error: '0ms', resolution: '0ms' },
      },
    ]),
  );
  return environmentSchema.parse({
    staging: 'embedded',
    settle: '0s',
    stability: '3s',
    poll: '300ms',
    targets: {},
    detectors,
    audit: {
      audit: {
        channel: { type: 'sim.push', name: 'audit' },
        format: 'sim.json',
        uses: ['trail'],
        clock: { error: '0ms', resolution: '0ms' },
      },
    },
    guardrails: { guard: { type: 'sim.denial', code: 'Guard' }, fixer: { type: 'sim.reverter', actor: 'role/fixer' } },
    ...overrides,
  });
}

/** Parses a scenario and binds it to the world's catalogue; `of` says whose its stop conditions are. */
export function worldScenario(
  world: World,
  file: Record<string, unknown>,
  of: BoundStopCondition['of'] = 'scenario',
): BoundScenario {
  const scenario = scenarioSchema.parse({ title: 'A test', why: 'To test.', ...file });
  const catalogue = worldCatalogue(world);
  const bind = (use: (typeof scenario.faults)[number]) => {
    const definition = catalogue.faults.get(use.type);
    if (definition === undefined) throw new Error(`No fault '${use.type}'.`);
    return { use, definition, params: definition.params.parse(use.with) };
  };
  const bindProbe = (use: (typeof scenario.steadyState)[number]) => {
    const definition = catalogue.probes.get(use.probe);
    if (definition === undefined) throw new Error(`No probe '${use.probe}'.`);
    return { use, definition, params: definition.params.parse(use.with) };
  };
  const bindLoad = (use: NonNullable<typeof scenario.load>) => {
    const definition = catalogue.loads.get(use.type);
    if (definition === undefined) throw new Error(`No load '${use.type}'.`);
    return { use, definition, params: definition.params.parse(use.with) };
  };
  const bindStops = (conditions: typeof scenario.stopConditions): BoundStopCondition[] => [
    ...(conditions?.timeBox === undefined ? [] : [{ of, kind: 'time-box', limitMs: conditions.timeBox } as const]),
    ...(conditions?.errorBudget === undefined
      ? []
      : [{ of, kind: 'error-budget', limitMs: conditions.errorBudget } as const]),
    ...(conditions?.probes ?? []).map((use) => {
      const definition = catalogue.probes.get(use.probe);
      if (definition === undefined) throw new Error(`No probe '${use.probe}'.`);
      return { of, kind: 'probe', use, definition, params: definition.params.parse(use.with) } as const;
    }),
  ];
  return {
    scenario,
    file: `${scenario.id}.yaml`,
    techniques: ['T1530'],
    faults: scenario.faults.map(bind),
    control: scenario.control.map(bind),
    steadyState: scenario.steadyState.map(bindProbe),
    impact: scenario.impact.map(bindProbe),
    stopConditions: bindStops(scenario.stopConditions),
    ...(scenario.load === undefined ? {} : { load: bindLoad(scenario.load) }),
  };
}

/** A run request on a world. */
export function worldRequest(
  world: World,
  scenarios: readonly BoundScenario[],
  overrides: Partial<RunRequest> = {},
): RunRequest & { readonly told: RunEvent[] } {
  const told: RunEvent[] = [];
  return {
    told,
    runId: 'run-1',
    environmentName: 'world',
    environment: worldEnvironment(world),
    stagingId: 'world-1',
    scenarios,
    catalogue: worldCatalogue(world),
    decode: worldDecode,
    targets: new Map([['aws', world.target()]]),
    channelClients: async () => ({}),
    clock: world.clock,
    random: world.random,
    disk: world.disk,
    folders: { report: '/reports/run-1', state: '/state' },
    process: { pid: 1, startedAt: 'then', host: 'here', isAlive: async () => true },
    toolVersion: '0',
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    onEvent: (event) => told.push(event),
    ...overrides,
  };
}
