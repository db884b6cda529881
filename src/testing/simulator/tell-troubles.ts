import type { Dice } from './dice.ts';
import type {
  CallFate,
  DetectorStory,
  EnvironmentStory,
  GuardStory,
  Noise,
  ScenarioStory,
  Trouble,
  When,
} from './story.ts';

interface Told {
  readonly environment: EnvironmentStory;
  readonly detectors: readonly DetectorStory[];
  readonly scenarios: readonly ScenarioStory[];
  readonly guards: readonly GuardStory[];
}

type Kind = Exclude<Trouble['kind'], 'clock-jump' | 'stall'>;

/** Invents what goes wrong: often nothing, mostly a few things. */
export function tellTroubles(dice: Dice, told: Told): Trouble[] {
  const count = dice.weigh([
    [25, 0],
    [30, 1],
    [25, 2],
    [20, dice.integer(3, 6)],
  ]);
  const kinds = Array.from({ length: count }, () =>
    dice.weigh<Kind>([
      [22, 'call'],
      [18, 'delivery'],
      [10, 'deaf'],
      [8, 'polls-fail'],
      [16, 'noise'],
      [8, 'open-before'],
      [5, 'stop'],
      [1.5, 'abandon'],
      [9, 'death'],
      [1.5, 'disk-full'],
      [3, 'second-run'],
    ]),
  );
  const troubles = kinds.flatMap((kind) => tellTrouble(dice, told, kind));
  const once = (kind: Trouble['kind']) => troubles.filter((one) => one.kind === kind).slice(0, 1);
  const single: readonly Trouble['kind'][] = ['stop', 'abandon', 'second-run', 'disk-full'];
  return [...troubles.filter((one) => !single.includes(one.kind)), ...single.flatMap(once)];
}

function tellTrouble(dice: Dice, told: Told, kind: Kind): Trouble[] {
  const scenario = dice.pick(told.scenarios);
  const detector = dice.pick(told.detectors).name;
  const resource = scenario.faults[0]?.resource ?? '';
  const around: When = { of: scenario.id, ms: dice.integer(0, 9000) };
  switch (kind) {
    case 'call':
      return [tellCall(dice, resource)];
    case 'delivery': {
      const fate = dice.weigh<'drop' | 'duplicate' | 'delay'>([
        [4, 'drop'],
        [3, 'duplicate'],
        [4, 'delay'],
      ]);
      const nth = dice.integer(1, 12);
      return [{ kind, detector, nth, fate: fate === 'delay' ? { delayMs: dice.integer(200, 12_000) } : fate }];
    }
    case 'deaf': {
      const from = dice.chance(0.3) ? { of: 'start', ms: dice.integer(0, 4000) } : around;
      const forMs = dice.pick([dice.integer(200, 3000), dice.integer(3000, 20_000), 600_000]);
      return [{ kind, detector, what: dice.pick(['delivery', 'rules'] as const), from, forMs }];
    }
    case 'polls-fail': {
      const retry = dice.chance(0.4) ? { retryAfterMs: dice.integer(100, 3000) } : {};
      return [{ kind, detector, from: around, forMs: dice.integer(200, 6000), ...retry }];
    }
    case 'noise': {
      const noise = dice.pick<Noise>(['sample', 'elsewhere', 'stranger', 'twin', 'resolved', 'resent', 'weak']);
      return [
        { kind, detector, noise, resource, at: dice.chance(0.2) ? { of: 'start', ms: dice.integer(0, 3000) } : around },
      ];
    }
    case 'open-before':
      return [{ kind, resource }];
    case 'stop':
      return [{ kind, at: tellInstant(dice, scenario) }];
    case 'abandon':
      return [
        { kind: 'stop', at: around },
        { kind, at: { of: around.of, ms: around.ms + dice.integer(0, 60) } },
      ];
    case 'death':
      return tellDeaths(dice);
    case 'disk-full': {
      const write = dice.integer(4, 60);
      return [{ kind, process: 1, write, until: write + dice.pick([1, 10_000]) }];
    }
    case 'second-run':
      return [{ kind, at: tellInstant(dice, scenario), environment: dice.pick(['same', 'other'] as const) }];
  }
}

function tellInstant(dice: Dice, scenario: ScenarioStory): When {
  return dice.chance(0.4)
    ? { of: 'start', ms: dice.integer(0, 12_000) }
    : {
        of: scenario.id,
        ms: dice.weigh([
          [3, dice.integer(0, 60)],
          [5, dice.integer(60, 8000)],
        ]),
      };
}

function tellCall(dice: Dice, resource: string): Trouble {
  const phase = dice.weigh<'inject' | 'control' | 'observe' | 'revert'>([
    [4, 'inject'],
    [2, 'control'],
    [4, 'observe'],
    [5, 'revert'],
  ]);
  const op = phase === 'observe' ? 'read' : phase === 'revert' ? dice.pick(['read', 'write'] as const) : 'write';
  const fates: CallFate[] =
    op === 'read'
      ? ['throttled', 'failed-before', 'unanswered-before', 'denied']
      : ['throttled', 'failed-before', 'failed-after', 'unanswered-before', 'unanswered-after', 'denied', 'late'];
  const count = dice.weigh([
    [6, 1],
    [3, dice.integer(2, 5)],
    [1, 1000],
  ]);
  return {
    kind: 'call',
    phase,
    resource,
    op,
    nth: dice.integer(1, op === 'read' ? 8 : 3),
    count,
    fate: dice.pick(fates),
  };
}

/** Mostly one death, sometimes of those who recover too. */
function tellDeaths(dice: Dice): Trouble[] {
  const point = (most: number) =>
    dice.chance(0.6)
      ? { write: dice.integer(1, most), when: dice.pick(['before', 'torn', 'after'] as const) }
      : { call: dice.integer(1, most), when: dice.pick(['before', 'after'] as const) };
  const deaths: Trouble[] = [{ kind: 'death', process: 1, at: point(45) }];
  for (let process = 2; process <= 3 && dice.chance(0.35); process++) {
    deaths.push({ kind: 'death', process, at: point(14) });
  }
  return deaths;
}
