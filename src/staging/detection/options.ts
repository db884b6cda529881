import type { Clock } from '../../model/clock.ts';
import type { Detection, DetectorName } from './start-up.ts';

/** Says which parts of a detector work; `--without` and `--delay` of the staging set it. */
export interface DetectorSwitches {
  /** False: the rules are off, the canary rule too, while tests and heartbeats still leave. */
  readonly rules: boolean;
  /** False: nothing leaves, and tests are still accepted. */
  readonly delivery: boolean;
  /** How long each alert of a rule is held back; tests and heartbeats are not. */
  readonly delayMs: number;
}

export function switchesOf(detector: DetectorName, options: Detection['options']): DetectorSwitches {
  return {
    rules: !options.without.includes(detector),
    delivery: !options.without.includes(`${detector}.delivery`),
    delayMs: options.delay[detector] ?? 0,
  };
}

/** The two ways out of a detector: what its rules raise, and what shows that its path works. */
export interface Outward<Item> {
  readonly raise: (item: Item) => void;
  readonly prove: (item: Item) => void;
}

/** Puts a detector's switches between it and the world. */
export function outward<Item>(
  deliver: (item: Item) => void,
  switches: DetectorSwitches,
  time: { readonly clock: Clock; readonly signal: AbortSignal },
): Outward<Item> {
  const prove = switches.delivery ? deliver : () => undefined;
  return { raise: switches.rules ? heldBack(prove, switches.delayMs, time) : () => undefined, prove };
}

/** Holds each item back for the same time, so that their order stays. */
export function heldBack<Item>(
  take: (item: Item) => void,
  delayMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): (item: Item) => void {
  if (delayMs === 0) return take;
  return (item) => {
    clock.sleep(delayMs, signal).then(
      () => take(item),
      () => undefined,
    );
  };
}
