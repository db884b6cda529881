import type { RunEvent } from '../model/run.ts';
import type { ScenarioResult } from '../model/scorecard.ts';
import type { Comparison } from '../scorecard/baseline.ts';
import type { SessionOutcome } from '../session/session.ts';

/** A run that experiments wait for. */
export interface StartedRun {
  /** A generous upper bound for all of it: what mocha may wait for one test. */
  readonly boundMs: number;
  readonly outcome: Promise<SessionOutcome>;
  /** How a scenario stands against the baseline in use, if there is one. */
  readonly compare: (result: ScenarioResult) => Comparison | undefined;
}

/** Who starts runs for experiments: mocha's own command line, or `windshear run`. */
export interface ExperimentHost {
  readonly start: (scenarios: readonly string[], onEvent: (event: RunEvent) => void) => Promise<StartedRun>;
}

interface Registry {
  host?: ExperimentHost;
  runner?: Mocha.Runner;
}

/**
 * Is what the adapter and whoever runs mocha share. It hangs on the process rather than on a module, because a globally
 * installed command and a project's own copy are two modules.
 */
export const registry: Registry = sharedRegistry();

function sharedRegistry(): Registry {
  const key = Symbol.for('windshear.experiments');
  const shared = globalThis as { [key]?: Registry };
  shared[key] ??= {};
  return shared[key];
}
