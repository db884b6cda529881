import type { Clock } from '../../model/clock.ts';
import type { DetectorSwitches } from './options.ts';
import type { TrailRecord } from './trail-record.ts';

/** A detector that reads records, as the rest of the process sees it. */
export interface EventDetector {
  readonly handle: (record: TrailRecord) => void;
  /** Sends an alert that has nothing to do with any scenario, about the given resource. */
  readonly chatter: (resourceArn: string) => void;
}

/** A detector whose outward path can be tried by a sample alert that carries a marker. */
export interface TestableDetector extends EventDetector {
  readonly test: (marker: string) => void;
}

/** What every detector is built from. */
export interface DetectorParts {
  readonly switches: DetectorSwitches;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly newId: () => string;
}
