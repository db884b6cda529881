import { Dice } from './dice.ts';
import type { DetectorStory, EnvironmentStory, GuardStory, ScenarioStory, Story, Trouble } from './story.ts';
import { tellDetectors } from './tell-detectors.ts';
import { tellScenarios } from './tell-scenarios.ts';
import { tellTroubles } from './tell-troubles.ts';

/** Tells the story of a seed: always the same one. */
export function tellStory(seed: number): Story {
  const dice = new Dice(seed);
  const count = dice.weigh([
    [45, 1],
    [25, 2],
    [21, dice.integer(3, 5)],
    [7, dice.integer(6, 12)],
    [2, dice.integer(13, 40)],
  ]);
  const environment = tellEnvironment(dice);
  const resources = tellResources(dice, count);
  const told = tellMore(seed, tellDetectors(dice, [...new Set(resources), 'trail/main']));
  const detectors = shownForAWhile(seed, told);
  const guards = tellGuards(dice, [...new Set(resources)]);
  const scenarios = tellScenarios(dice, { resources, detectors, guards, environment });
  const troubles = hanging(seed, lasting(seed, tellTroubles(dice, { environment, detectors, scenarios, guards })));
  const jumps = tellClockJumps(seed, scenarios, troubles);
  const stalls = tellStalls(seed, scenarios, troubles);
  return { seed, environment, detectors, scenarios, guards, troubles: [...troubles, ...jumps, ...stalls] };
}

/** Some polls fail until long after every horizon. */
function lasting(seed: number, troubles: readonly Trouble[]): Trouble[] {
  const dice = new Dice(seed + 0x3000_0000);
  return troubles.map((one) =>
    one.kind === 'polls-fail' && dice.chance(0.3) ? { ...one, forMs: dice.integer(6000, 90_000) } : one,
  );
}

/** Some polls that fail are under way for long before they do, beyond a horizon perhaps. */
function hanging(seed: number, troubles: readonly Trouble[]): Trouble[] {
  const dice = new Dice(seed + 0x4000_0000);
  return troubles.map((one) =>
    one.kind === 'polls-fail' && dice.chance(0.3) ? { ...one, hangMs: dice.integer(500, 8000) } : one,
  );
}

/** Nobody runs beside it, for whom the clock would have been wrong from the start. */
function tellClockJumps(seed: number, scenarios: readonly ScenarioStory[], troubles: readonly Trouble[]): Trouble[] {
  const dice = new Dice(seed + 0x2000_0000);
  if (!dice.chance(0.04) || troubles.some(({ kind }) => kind === 'second-run')) return [];
  const at = { of: dice.pick(scenarios).id, ms: dice.integer(-1, 9000) };
  const byMs = dice.weigh([
    [3, dice.integer(200, 5000)],
    [3, dice.integer(5000, 300_000)],
    [3, -dice.integer(200, 5000)],
    [3, -dice.integer(5000, 300_000)],
  ]);
  return [{ kind: 'clock-jump', at: at.ms < 0 ? { of: 'start', ms: dice.integer(0, 4000) } : at, byMs }];
}

/** The harness itself stands still, mostly once. */
function tellStalls(seed: number, scenarios: readonly ScenarioStory[], troubles: readonly Trouble[]): Trouble[] {
  const dice = new Dice(seed + 0x4000_0000);
  if (!dice.chance(0.06)) return [];
  const processes = troubles.some(({ kind }) => kind === 'second-run') ? [1, 2] : [1];
  return Array.from({ length: dice.chance(0.3) ? 2 : 1 }, (): Trouble => {
    const at = { of: dice.pick(scenarios).id, ms: dice.integer(-1500, 12_000) };
    return {
      kind: 'stall',
      process: dice.pick(processes),
      from: at.ms < 0 ? { of: 'start', ms: dice.integer(0, 6000) } : at,
      forMs: dice.weigh([
        [4, dice.integer(200, 1000)],
        [6, dice.integer(1000, 8000)],
      ]),
      ...(dice.chance(0.5) ? { losesAfterMs: dice.integer(1000, 3000) } : {}),
    };
  });
}

/** What was thought of later has dice of its own, so that seeds go on telling what they told. */
function tellMore(seed: number, detectors: readonly DetectorStory[]): DetectorStory[] {
  const dice = new Dice(seed + 0x1000_0000);
  return detectors.map((one) => ({
    ...one,
    ...(one.delivery === 'store' && dice.chance(0.25) ? { toolCanary: 'poll' as const } : {}),
    ...(dice.chance(0.06) ? { withoutTime: true } : {}),
  }));
}

/** Some stores show an alert for no longer than polls that fail may take. */
function shownForAWhile(seed: number, detectors: readonly DetectorStory[]): DetectorStory[] {
  const dice = new Dice(seed + 0x5000_0000);
  return detectors.map((one) =>
    one.delivery === 'store' && dice.chance(0.4) ? { ...one, showsForMs: dice.integer(1500, 8000) } : one,
  );
}

function tellEnvironment(dice: Dice): EnvironmentStory {
  const auditError = dice.pick([0, 0, 100, 2000]);
  return {
    ...(dice.chance(0.75) ? { settleMs: 0 } : {}),
    stabilityMs: dice.pick([1000, 3000]),
    pollMs: dice.pick([250, 300, 500, 1000]),
    holdMs: dice.weigh([
      [6, 0],
      [2, 500],
      [2, dice.integer(1, 5000)],
    ]),
    revertBudgetMs: dice.pick([5000, 20_000]),
    concurrentFaults: dice.pick([1, 2, 8]),
    latencyMs: dice.pick([2, 5, 40]),
    ...(dice.chance(0.85)
      ? {
          audit: {
            delayMs: dice.weigh([
              [7, dice.integer(5, 300)],
              [2, dice.integer(300, 4000)],
            ]),
            skewMs: auditError === 0 ? 0 : dice.integer(-auditError, auditError),
            errorMs: auditError,
          },
        }
      : {}),
    oneIdentity: dice.chance(0.3),
  };
}

function tellResources(dice: Dice, count: number): string[] {
  const resources: string[] = [];
  for (let n = 1; n <= count; n++) {
    const earlier = resources.filter((one) => one !== 'trail/main');
    if (dice.chance(0.07)) resources.push('trail/main');
    else resources.push(earlier.length > 0 && dice.chance(0.2) ? dice.pick(earlier) : `bucket/r${n}`);
  }
  return resources;
}

function tellGuards(dice: Dice, resources: readonly string[]): GuardStory[] {
  return resources.flatMap((resource): GuardStory[] => {
    const kind = dice.weigh<'none' | 'prevent' | 'put-back' | 'flap' | 'race' | 'meddle'>([
      [54, 'none'],
      [10, 'prevent'],
      [18, 'put-back'],
      [6, 'flap'],
      [6, 'race'],
      [6, 'meddle'],
    ]);
    const by = dice.weigh<'role/fixer' | 'role/human'>([
      [8, 'role/fixer'],
      [2, 'role/human'],
    ]);
    const afterMs = dice.weigh([
      [3, dice.integer(0, 60)],
      [5, dice.integer(60, 2000)],
      [3, dice.integer(2000, 14_000)],
    ]);
    const controlsToo = dice.chance(0.1);
    if (kind === 'none') return [];
    if (kind === 'prevent') {
      const code = dice.weigh<'Guard' | 'OtherGuard' | 'AccessDenied' | 'GuardDown'>([
        [6, 'Guard'],
        [2, 'OtherGuard'],
        [1, 'AccessDenied'],
        [1, 'GuardDown'],
      ]);
      return [{ kind, resource, code, controlsToo }];
    }
    if (kind === 'put-back') return [{ kind, resource, by, afterMs, times: dice.pick([1, 2, 9]), controlsToo }];
    if (kind === 'flap') {
      const againMs = dice.weigh([
        [2, dice.integer(50, 900)],
        [2, dice.integer(900, 4000)],
      ]);
      return [{ kind: 'put-back', resource, by, afterMs, againMs, times: dice.integer(1, 4), controlsToo: false }];
    }
    if (kind === 'race') return [{ kind, resource, by }];
    return [{ kind, resource, afterMs, what: dice.pick(['ours', 'rest'] as const) }];
  });
}
