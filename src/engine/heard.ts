import type { MarkerSighting } from '../model/marker.ts';
import type { Signal } from '../model/signal.ts';

/** A signal as it reached us. */
export interface HeardSignal {
  readonly detector: string;
  readonly signal: Signal;
  /** Markers in the text of this alert alone, never of its batch. */
  readonly sightings: readonly MarkerSighting[];
  /** Monotonic interval in which it became ours (J19). */
  readonly arrivedMonoMs: readonly [number, number];
  /** What the same alert had said when it was heard before (J8). */
  readonly previous?: {
    readonly firstMonoMs: number;
    readonly count?: number;
    readonly lastSeen?: string;
    readonly eventTime?: string;
  };
  /** True where the alert came once more just as it was, which proves nothing by itself (J8). */
  readonly isRepeat?: boolean;
  /** The alert's own text, kept as evidence where a trial claims it. */
  readonly text: string;
}

/** Where something stands on both clocks. */
export interface Instant {
  readonly monoMs: number;
  readonly epochMs: number;
}
