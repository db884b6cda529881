import type { Marker } from '../model/marker.ts';
import { contains } from '../model/subjects.ts';
import type { HeardSignal, Instant } from './heard.ts';

/** What a trial or a control of this run left behind it on what it touched, for whoever touches that next (J7, J9). */
export interface PastAct {
  readonly touches: readonly string[];
  /** Whose acts they are: records that carry these tell of what was over before (J4). */
  readonly markers: readonly Marker[];
  /** The end of its last act, its revert included. */
  readonly at: Instant;
  /** True where somebody else put it back, whose record must not be taken for one of what comes next (J16). */
  readonly wasPutBack: boolean;
  /** True where a revert without an answer may still be on its way, and would take out what comes next. */
  readonly mayStillBeReverted: boolean;
  /** True where it may still be in, so that what comes next would take it for the state before. */
  readonly isLeftIn: boolean;
  /** The last that a detector was heard to say of it. */
  readonly lastHeard: (detector: string) => HeardSignal | undefined;
}

export interface PastActs {
  readonly note: (act: PastAct) => void;
  /** All that was done to any of these resources, or to what holds or is held by them, as one; undefined where nothing was. */
  readonly on: (touches: readonly string[]) => PastAct | undefined;
}

export function newPastActs(): PastActs {
  const acts: PastAct[] = [];
  return {
    note: (act) => void acts.push(act),
    on: (touches) =>
      acts
        .filter((act) => act.touches.some((one) => touches.some((other) => overlap(one, other))))
        .reduce(join, undefined),
  };
}

/** Says whether two resources are the same, or one holds the other. */
export function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function join(one: PastAct | undefined, other: PastAct): PastAct {
  if (one === undefined) return other;
  return {
    touches: [...one.touches, ...other.touches],
    markers: [...one.markers, ...other.markers],
    at: one.at.monoMs > other.at.monoMs ? one.at : other.at,
    wasPutBack: one.wasPutBack || other.wasPutBack,
    isLeftIn: one.isLeftIn || other.isLeftIn,
    mayStillBeReverted: one.mayStillBeReverted || other.mayStillBeReverted,
    lastHeard(detector) {
      const heard = [one.lastHeard(detector), other.lastHeard(detector)].filter((signal) => signal !== undefined);
      return heard.toSorted((a, b) => b.arrivedMonoMs[1] - a.arrivedMonoMs[1])[0];
    },
  };
}
