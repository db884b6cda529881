import type { DetectorSwitches } from './detection/options.ts';
import { type DetectorName, detectorNames } from './detection/start-up.ts';

/** Names every detector of the embedded staging, whichever of its processes it is in. */
export const stagingDetectors = [...detectorNames, 'uptime', 'audit-rules'] as const;

export type StagingDetector = (typeof stagingDetectors)[number];

/** Names the guardrails that are programs of the staging; what its emulator enforces itself cannot be taken away. */
export const stagingGuardrails = [
  'identity-remediator',
  'admission',
  'release-reconciler',
  'binding-remediator',
] as const;

export type StagingGuardrail = (typeof stagingGuardrails)[number];

/** Lists what `--without` may name: a detector's rules or its way out, or a guardrail. */
export const withoutNames: readonly string[] = [
  ...stagingDetectors.flatMap((name) => [name, `${name}.delivery`]),
  ...stagingGuardrails,
];

/** What `--without`, `--delay` and `--noise` say. */
export interface Switches {
  readonly without: readonly string[];
  /** Milliseconds by detector. */
  readonly delay: Readonly<Record<string, number>>;
  /** Unrelated alerts per second. */
  readonly noise: number | null;
}

/** Reads a detector's own switches. */
export function switchesOf(detector: StagingDetector, { without, delay }: Switches): DetectorSwitches {
  return {
    rules: !without.includes(detector),
    delivery: !without.includes(`${detector}.delivery`),
    delayMs: delay[detector] ?? 0,
  };
}

/** Lists the guardrails that act. */
export function actingGuardrails({ without }: Pick<Switches, 'without'>): readonly StagingGuardrail[] {
  return stagingGuardrails.filter((name) => !without.includes(name));
}

/** Keeps the options that the detection process knows. */
export function detectionSwitches({ without, delay, noise }: Switches): Switches {
  const isIn = (name: string) => detectorNames.includes(name.split('.')[0] as DetectorName);
  return {
    without: without.filter(isIn),
    delay: Object.fromEntries(Object.entries(delay).filter(([name]) => isIn(name))),
    noise,
  };
}
