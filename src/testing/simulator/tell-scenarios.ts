import type { Dice } from './dice.ts';
import type {
  DetectionStory,
  DetectorStory,
  EnvironmentStory,
  FaultStory,
  GuardrailStory,
  GuardStory,
  ScenarioStory,
} from './story.ts';

interface Told {
  /** One for each scenario; some share one. */
  readonly resources: readonly string[];
  readonly detectors: readonly DetectorStory[];
  readonly guards: readonly GuardStory[];
  readonly environment: EnvironmentStory;
}

const slos = [1000, 2000, 4000] as const;

/** Invents one scenario for each resource given. */
export function tellScenarios(dice: Dice, told: Told): ScenarioStory[] {
  const mayRepeat = told.resources.length <= 3;
  const settles = new Map(told.resources.map((resource) => [resource, tellSettle(dice)]));
  return told.resources.map((resource, index) => {
    const settleMs = settles.get(resource) ?? 0;
    const id = `s${index + 1}`;
    const guard = told.guards.find((one) => one.resource === resource);
    const faults = tellFaults(dice, { id, resource, settleMs });
    const control = dice.chance(0.6) ? [tellControl(dice, { id, resource, settleMs })] : [];
    const detections = tellDetections(dice, told, { faults, guard });
    const guardrails = tellGuardrails(dice, guard);
    const blinded = told.detectors.find((one) => one.usesTrail && one.ruleCanary === 'raise');
    const blind =
      resource === 'trail/main' && blinded !== undefined
        ? [{ detector: blinded.name, canary: 'rule' as const, withinMs: dice.pick(slos) }]
        : [];
    const trials = mayRepeat
      ? dice.weigh([
          [8, 1],
          [2, 2],
          [1, 3],
        ])
      : 1;
    return {
      id,
      faults,
      control,
      detections,
      guardrails,
      blind,
      ...(dice.chance(0.15) ? { holdMs: dice.integer(0, 6000) } : {}),
      ...(dice.chance(0.12) ? { maxExposureMs: dice.integer(500, 16_000) } : {}),
      trials,
      ...(trials > 1 && dice.chance(0.5) ? { hits: dice.integer(1, trials) } : {}),
    };
  });
}

interface Place {
  readonly id: string;
  readonly resource: string;
  readonly settleMs: number;
}

/** How long a resource's reads may lag behind; everything that touches it declares the same. */
function tellSettle(dice: Dice): number {
  return dice.weigh([
    [6, 0],
    [2, 300],
    [2, 900],
  ]);
}

function tellFaults(dice: Dice, { id, resource, settleMs }: Place): FaultStory[] {
  const impairs = resource === 'trail/main';
  const versioned = dice.chance(0.25);
  const one = (n: number, set: Record<string, string>, as?: string): FaultStory => ({
    ...(as === undefined ? {} : { as }),
    resource,
    set,
    impairs,
    settleMs,
    versioned: versioned && n === 1,
  });
  return dice.weigh<() => FaultStory[]>([
    [70, () => [one(1, { policy: `bad-${id}-1` })]],
    [14, () => [one(1, { policy: `bad-${id}-1`, acl: `bad-${id}-2` })]],
    [10, () => [one(1, { policy: `bad-${id}-1` }, 'first'), one(2, { acl: `bad-${id}-2` }, 'second')]],
    [6, () => [one(1, { policy: `bad-${id}-1` }, 'first'), one(2, { policy: `bad-${id}-2` }, 'second')]],
  ])();
}

function tellControl(dice: Dice, { id, resource, settleMs }: Place): FaultStory {
  return { resource, set: { policy: `fine-${id}` }, impairs: false, settleMs, versioned: dice.chance(0.2) };
}

function tellDetections(
  dice: Dice,
  { detectors }: Told,
  { faults, guard }: { readonly faults: readonly FaultStory[]; readonly guard: GuardStory | undefined },
): DetectionStory[] {
  const names = dice.some(detectors, 0.7);
  const chosen = names.length > 0 ? names : [dice.pick(detectors)];
  const isPrevented = guard?.kind === 'prevent';
  return chosen.flatMap(({ name }) => {
    const first = tellDetection(dice, { detector: name, isPrevented, faults, n: 1 });
    return dice.chance(0.25) ? [first, tellDetection(dice, { detector: name, isPrevented, faults, n: 2 })] : [first];
  });
}

function tellDetection(
  dice: Dice,
  told: {
    readonly detector: string;
    readonly isPrevented: boolean;
    readonly faults: readonly FaultStory[];
    readonly n: number;
  },
): DetectionStory {
  const { detector, isPrevented, faults, n } = told;
  const of = dice.chance(isPrevented ? 0.6 : 0.04) ? 'attempt' : 'effect';
  const rule =
    of === 'attempt'
      ? dice.pick(['tried', 'tri*'])
      : dice.weigh([
          [8, 'exposed'],
          [2, 'exp*'],
          [1, 'never-raised'],
        ]);
  const fault = dice.chance(0.3) ? faults.find((one) => one.as !== undefined)?.as : undefined;
  return {
    id: `${detector}/${n}`,
    detector,
    rule,
    withinMs: dice.pick(slos),
    of,
    ...(dice.chance(0.25) ? { severity: dice.pick(['medium', 'high'] as const) } : {}),
    ...(fault === undefined ? {} : { fault }),
  };
}

function tellGuardrails(dice: Dice, guard: GuardStory | undefined): GuardrailStory[] {
  const withinMs = dice.pick(slos);
  if (guard?.kind === 'prevent' && dice.chance(0.8)) {
    return [{ guardrail: 'guard', outcome: 'prevented', withinMs }];
  }
  if ((guard?.kind === 'put-back' || guard?.kind === 'race') && dice.chance(0.75)) {
    return [{ guardrail: dice.pick(['fixer', 'fixer', 'sole-fixer'] as const), outcome: 'reverted', withinMs }];
  }
  return dice.chance(0.06)
    ? [
        dice.pick([
          { guardrail: 'guard', outcome: 'prevented', withinMs },
          { guardrail: 'fixer', outcome: 'reverted', withinMs },
        ] as const),
      ]
    : [];
}
