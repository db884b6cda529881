import type { Marker } from '../model/marker.ts';
import { nameOfKey } from '../model/subjects.ts';
import { signalKeys } from './correlate.ts';
import type { HeardSignal } from './heard.ts';

/** What a trial wants to hear: its marker, anything about its subjects, and records of its own requests. */
export interface Interest {
  readonly marker: Marker;
  readonly keys: ReadonlySet<string>;
  readonly hear: (heard: HeardSignal) => void;
}

/** Hands each signal to the trials that it may belong to, in constant time however many are open. */
export interface Interests {
  /** Answers the way to end it. */
  readonly add: (interest: Interest) => () => void;
  /** Answers how many trials took it. */
  readonly dispatch: (heard: HeardSignal) => number;
}

export function newInterests(): Interests {
  const byMarker = new Map<string, Interest>();
  const byKey = new Map<string, Set<Interest>>();
  /** How many keys have a name: most alerts are about none, which one look tells instead of one for each form of it. */
  const names = new Map<string, number>();
  const count = (key: string, by: 1 | -1) => {
    const name = nameOfKey(key);
    const left = (names.get(name) ?? 0) + by;
    if (left === 0) names.delete(name);
    else names.set(name, left);
  };
  return {
    add(interest) {
      byMarker.set(interest.marker, interest);
      for (const key of interest.keys) {
        const sharing = byKey.get(key) ?? new Set();
        if (sharing.size === 0) count(key, 1);
        byKey.set(key, sharing.add(interest));
      }
      return () => {
        byMarker.delete(interest.marker);
        for (const key of interest.keys) {
          const sharing = byKey.get(key);
          if (sharing?.delete(interest) !== true || sharing.size > 0) continue;
          byKey.delete(key);
          count(key, -1);
        }
      };
    },
    dispatch(heard) {
      const takers = new Set<Interest>();
      for (const { marker } of heard.sightings) {
        const interest = byMarker.get(marker);
        if (interest !== undefined) takers.add(interest);
      }
      if (byKey.size > 0) {
        for (const key of signalKeys(heard.signal, names)) {
          for (const interest of byKey.get(key) ?? []) takers.add(interest);
        }
      }
      for (const interest of takers) interest.hear(heard);
      return takers.size;
    },
  };
}
