import { type Environment, environmentSchema } from '../../model/environment.ts';
import type { BoundFault, BoundScenario, RunEvent, RunRequest } from '../../model/run.ts';
import { scenarioSchema } from '../../model/scenario.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { knownStalls } from './freezer.ts';
import type { SimProcess } from './process.ts';
import { simCatalogue, simDecode } from './sim-catalogue.ts';
import { simFaults } from './sim-fault.ts';
import { simTarget } from './sim-target.ts';
import type { SimWorld } from './sim-world.ts';
import type { DetectorStory, FaultStory, ScenarioStory, Story } from './story.ts';

const ms = (value: number) => `${value}ms`;

const environments = new WeakMap<Story, Environment>();

/** The environment of a story, as windshear.yaml would have it. */
export function simEnvironment(story: Story): Environment {
  const known = environments.get(story) ?? newEnvironment(story);
  environments.set(story, known);
  return known;
}

function newEnvironment(story: Story): Environment {
  const { environment } = story;
  const { audit } = environment;
  return environmentSchema.parse({
    staging: 'embedded',
    ...(environment.settleMs === undefined ? {} : { settle: ms(environment.settleMs) }),
    stability: ms(environment.stabilityMs),
    hold: ms(environment.holdMs),
    poll: ms(environment.pollMs),
    revertBudget: ms(environment.revertBudgetMs),
    targets: {},
    detectors: Object.fromEntries(story.detectors.map((one) => [one.name, detectorOf(one, environment.pollMs)])),
    audit:
      audit === undefined
        ? {}
        : {
            audit: {
              channel: { type: 'sim.push', name: 'audit' },
              format: 'sim.json',
              clock: { error: ms(audit.errorMs), resolution: '0ms' },
            },
          },
    guardrails: {
      guard: { type: 'sim.denier', code: 'Guard' },
      fixer: { type: 'sim.reverter', actor: 'role/fixer' },
      'sole-fixer': { type: 'sim.reverter', actor: 'role/fixer', onlyWriter: true },
    },
    budgets: {
      concurrentFaults: environment.concurrentFaults,
      exposureMinutes: 100_000,
      resources: 1000,
      apiWrites: 100_000,
    },
  });
}

function detectorOf(one: DetectorStory, pollMs: number): unknown {
  const { name } = one;
  const rule =
    one.ruleCanary === 'none'
      ? {}
      : one.ruleCanary === 'heartbeat'
        ? { rule: { type: 'sim.heartbeat', name, rule: 'heartbeat' } }
        : { rule: { type: 'sim.canary', name, rule: 'canary' } };
  const tool =
    one.toolCanary === 'none' ? {} : { tool: { type: one.toolCanary === 'poll' ? 'sim.poll' : 'sim.test', name } };
  return {
    channel: { type: `sim.${one.delivery}`, name },
    format: 'sim.json',
    sees: one.sees,
    carries: ['subject', ...(one.carriesMarker ? ['marker'] : []), ...(one.carriesActor ? ['actor'] : [])],
    uses: one.usesTrail ? ['trail/main'] : [],
    recurrence: one.recurrence,
    rearm: typeof one.rearm === 'number' ? ms(one.rearm) : one.rearm,
    canary: { ...rule, ...tool },
    clock: { error: ms(one.errorMs), resolution: ms(one.resolutionMs) },
    poll: ms(pollMs),
    assumeAlive: one.assumeAlive,
  };
}

/** Binds a scenario of a story, as loading its file would. */
export function simScenario(story: ScenarioStory): BoundScenario {
  const use = (fault: FaultStory) => ({
    type: `sim.set-${fault.settleMs}`,
    with: { resource: fault.resource, set: fault.set, impairs: fault.impairs, versioned: fault.versioned },
    ...(fault.as === undefined ? {} : { as: fault.as }),
  });
  const scenario = scenarioSchema.parse({
    id: story.id,
    title: 'Simulated',
    why: 'To find out.',
    faults: story.faults.map(use),
    control: story.control.map(use),
    expect: {
      detections: story.detections.map(({ withinMs, ...rest }) => ({ ...rest, within: ms(withinMs) })),
      guardrails: story.guardrails.map(({ withinMs, ...rest }) => ({ ...rest, within: ms(withinMs) })),
      blind: story.blind.map(({ withinMs, ...rest }) => ({ ...rest, within: ms(withinMs) })),
    },
    ...(story.holdMs === undefined ? {} : { hold: ms(story.holdMs) }),
    ...(story.maxExposureMs === undefined ? {} : { maxExposure: ms(story.maxExposureMs) }),
    trials: story.trials,
    ...(story.hits === undefined ? {} : { pass: { hits: story.hits } }),
  });
  const bind = (one: (typeof scenario.faults)[number]): BoundFault => {
    const definition = simFaults.get(one.type);
    if (definition === undefined) throw new Error(`No fault '${one.type}'.`);
    return { use: one, definition, params: definition.params.parse(one.with) };
  };
  return {
    scenario,
    file: `${story.id}.yaml`,
    techniques: ['T1530'],
    faults: scenario.faults.map(bind),
    control: scenario.control.map(bind),
    steadyState: [],
    impact: [],
  };
}

export interface SimRun {
  readonly run: string;
  readonly environmentName: string;
  readonly scenarios: readonly ScenarioStory[];
  readonly process: SimProcess;
  readonly isAlive: (pid: number) => boolean;
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly underLock?: () => Promise<void>;
}

export const folders = { reports: '/reports', state: '/state' } as const;

/** The request of one run of a story. */
export function simRequest(world: SimWorld, sim: SimRun): RunRequest {
  const { process, run } = sim;
  return {
    runId: run,
    environmentName: sim.environmentName,
    environment: simEnvironment(world.story),
    stagingId: 'world-1',
    scenarios: sim.scenarios.map(simScenario),
    catalogue: simCatalogue(world, run, process),
    decode: simDecode,
    targets: new Map([['aws', simTarget(world, run, process)]]),
    channelClients: async () => ({}),
    clock: process.clock,
    ...(world.story.troubles.some(({ kind }) => kind === 'stall') ? { stalls: knownStalls(process.freezer) } : {}),
    random: new SeededRandom(world.story.seed * 31 + process.n),
    disk: process.disk,
    folders: { report: `${folders.reports}/${run}`, state: folders.state },
    process: ownProcess(process, sim.isAlive),
    toolVersion: '0',
    ...(sim.underLock === undefined ? {} : { underLock: sim.underLock }),
    stop: sim.stop,
    abandon: sim.abandon,
    onEvent: sim.onEvent,
  };
}

export function ownProcess(process: SimProcess, isAlive: (pid: number) => boolean): RunRequest['process'] {
  return {
    pid: process.n,
    startedAt: `then-${process.n}`,
    host: 'here',
    isAlive: async (pid) => isAlive(pid),
  };
}
