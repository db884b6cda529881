import type { Belonging } from '../engine/correlate.ts';
import type { HeardSignal } from '../engine/heard.ts';
import type { DetectionCase, FaultState } from '../engine/judge-detection.ts';
import type { Signal } from '../model/signal.ts';

/** Where virtual trials begin on both clocks. */
export const epoch0 = Date.UTC(2026, 0, 1);

export const t0 = { monoMs: 1000, epochMs: epoch0 + 1000 };

/** A signal in normal form; what a test is about goes into `overrides`. */
export function signal(overrides: Partial<Signal> = {}): Signal {
  return {
    format: 'mapped',
    id: 'a-1',
    dedupeKey: 'a-1',
    rule: 's3-public-policy',
    severity: 4,
    rawSeverity: 'high',
    status: 'open',
    sample: false,
    techniques: [],
    ...overrides,
  };
}

/** A signal heard `atMs` after t0, in an interval `widthMs` wide. */
export function heard(
  atMs: number,
  overrides: Partial<Signal> = {},
  more: Partial<HeardSignal> & { readonly widthMs?: number } = {},
): HeardSignal {
  const { widthMs = 2, ...rest } = more;
  return {
    detector: 'trail-rules',
    signal: signal(overrides),
    sightings: [],
    text: '{}',
    arrivedMonoMs: [t0.monoMs + atMs - widthMs, t0.monoMs + atMs],
    ...rest,
  };
}

/** A signal that correlation gave to the fault. */
export function faults(one: HeardSignal): Belonging {
  return { heard: one, whose: 'fault', matchedBy: ['marker'] };
}

export const injected: FaultState = { status: 'injected', t0, effect: 'proven' };

export const alive = { rule: { raised: true, received: true }, tool: { raised: true, received: true } };
export const rulesDown = { rule: { raised: true, received: false }, tool: { raised: true, received: true } };
export const unproven = { rule: { raised: true, received: false }, tool: { raised: true, received: false } };

/** A detection with an SLO of 4 s, judged after its horizon of 12 s unless a test says otherwise. */
export function detectionCase(overrides: Partial<DetectionCase> = {}): DetectionCase {
  return {
    expectation: { id: 'trail-rules/s3-*', detector: 'trail-rules', rule: 's3-*', sloMs: 4000, of: 'effect' },
    detector: {
      sees: 'event',
      showsOpen: false,
      groups: false,
      recurrence: 'none',
      marginMs: 0,
      assumeAlive: false,
      offersRuleCanary: true,
    },
    fault: injected,
    belonging: [],
    openBefore: [],
    proof: alive,
    overloaded: false,
    nowMonoMs: t0.monoMs + 12_001,
    ...overrides,
  };
}
