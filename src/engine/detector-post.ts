import type { Recurrence } from '../model/detector.ts';
import type { DetectorConfig } from '../model/environment.ts';
import type { CanaryKeeper } from './canaries.ts';
import type { Listener } from './listener.ts';

/** A detector as a run listens to it. */
export interface DetectorPost {
  readonly name: string;
  readonly config: DetectorConfig;
  readonly recurrence: Recurrence;
  readonly keeper: CanaryKeeper;
  /** How many of its signals no trial claimed; the newest of them are in the run's ring. */
  readonly unclaimed: Readonly<{ signals: number }>;
  /** Absent where its channel could not be opened; silence then proves nothing. */
  readonly listener?: Listener;
}
