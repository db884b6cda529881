import type { Dice } from './dice.ts';
import type { DetectorStory } from './story.ts';

/** Invents detectors: what they see, say and cover, and how far their clocks are off. */
export function tellDetectors(dice: Dice, resources: readonly string[]): DetectorStory[] {
  const count = dice.weigh([
    [4, 1],
    [4, 2],
    [2, 3],
    [1, 4],
  ]);
  return Array.from({ length: count }, (_, n) => tellDetector(dice, `watcher-${n + 1}`, resources));
}

function tellDetector(dice: Dice, name: string, resources: readonly string[]): DetectorStory {
  const sees = dice.weigh<DetectorStory['sees']>([
    [6, 'event'],
    [4, 'state'],
  ]);
  const carriesMarker = sees === 'event' ? dice.chance(0.6) : dice.chance(0.1);
  const clock = tellClock(dice, carriesMarker);
  return {
    name,
    delivery: dice.weigh<DetectorStory['delivery']>([
      [5, 'push'],
      [3, 'store'],
      [2, 'queue'],
    ]),
    sees,
    carriesMarker,
    carriesActor: dice.chance(0.5),
    recurrence: dice.pick(['none', 'count', 'last-seen'] as const),
    alertPer: dice.weigh<DetectorStory['alertPer']>([
      [7, 'event'],
      [3, 'subject'],
    ]),
    keepsAgents: dice.chance(0.4),
    covers: resources.filter(() => dice.chance(0.85)),
    delayMs: dice.weigh([
      [6, dice.integer(50, 900)],
      [2, dice.integer(900, 5000)],
      [1, dice.integer(5000, 13_000)],
    ]),
    scanMs: dice.weigh([
      [5, 0],
      [3, dice.integer(200, 1500)],
      [1, 4000],
    ]),
    severity: dice.weigh<DetectorStory['severity']>([
      [6, 4],
      [1, 2],
      [1, 5],
      [1, null],
    ]),
    ...clock,
    rearm: dice.weigh<DetectorStory['rearm']>([
      [6, 'none'],
      [2, 'resolved'],
      [1, dice.integer(200, 3000)],
    ]),
    ruleCanary: dice.weigh<DetectorStory['ruleCanary']>([
      [7, 'raise'],
      [1, 'heartbeat'],
      [2, 'none'],
    ]),
    toolCanary: dice.weigh<DetectorStory['toolCanary']>([
      [6, 'raise'],
      [4, 'none'],
    ]),
    assumeAlive: dice.chance(0.08),
    batchMs: dice.weigh([
      [7, 0],
      [2, dice.integer(100, 1500)],
    ]),
    alertsOnControl: dice.chance(0.15),
    alertsOnCleanup: dice.chance(0.25),
    usesTrail: dice.chance(0.5),
    naming: dice.pick(['kind', 'bare', 'arn'] as const),
  };
}

function tellClock(dice: Dice, carriesMarker: boolean): Pick<DetectorStory, 'skewMs' | 'errorMs' | 'resolutionMs'> {
  const resolutionMs = dice.pick([0, 0, 1000]);
  const minutes5 = 300_000;
  // A detector that carries our marker may be as wrong about time as it likes.
  if (carriesMarker) {
    const skewMs = dice.pick([0, 0, dice.integer(-2000, 2000), dice.integer(-minutes5, minutes5)]);
    return { skewMs, errorMs: dice.pick([0, 200, 2000]), resolutionMs };
  }
  const errorMs = dice.weigh([
    [6, 0],
    [4, 200],
    [3, 2000],
    [0.2, minutes5],
  ]);
  const isTooSmall = dice.chance(0.08);
  const skewMs = isTooSmall
    ? dice.pick([errorMs + 500, -errorMs - 500, dice.integer(-minutes5, minutes5)])
    : dice.pick([0, errorMs, -errorMs, dice.integer(-errorMs, errorMs)]);
  return { skewMs, errorMs, resolutionMs };
}
