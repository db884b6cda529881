/**
 * Tells and waits for time; engine, channels and faults know no other.
 * `epochMs` says *when* (wall clock, may jump), `monoMs` says *how long* (never goes back).
 */
export interface Clock {
  epochMs(): number;
  monoMs(): number;
  /** Resolves after `ms` monotonic milliseconds; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Names an instant the way journals and reports write it. */
export function isoTime(clock: Clock): string {
  return new Date(clock.epochMs()).toISOString();
}
