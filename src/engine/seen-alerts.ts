import { forgetterOf } from '../model/forgetter.ts';
import type { MarkerSighting } from '../model/marker.ts';
import type { Signal } from '../model/signal.ts';
import type { HeardSignal } from './heard.ts';

interface Known {
  /** Its record's own: another one under the same key is another opening, though nothing else in it moved. */
  id: string;
  firstMonoMs: number;
  status: Signal['status'];
  count?: number | undefined;
  lastSeen?: string | undefined;
  eventTime?: string | undefined;
  /** Markers in its text. */
  marks: string;
  /** Whom it names: a version that names another tells of another act, though its times may be those of the first. */
  actor?: string | undefined;
  /** Kept while it is open and a store or a re-sender may show it again. */
  heard?: HeardSignal;
}

/** Remembers alerts by their key, so that a re-send is told from a new one (J8) and what is open is known. */
export interface SeenAlerts {
  /** `new`, `risen` (its count, times or markers moved, or it opened again), or a mere `repeat`. */
  readonly note: (
    signal: Signal,
    nowMonoMs: number,
    sightings?: readonly MarkerSighting[],
  ) => { readonly kind: 'new' | 'risen' | 'repeat'; readonly previous?: NonNullable<HeardSignal['previous']> };
  readonly remember: (heard: HeardSignal) => void;
  readonly open: () => readonly HeardSignal[];
  /** A store shows all that is open: what it no longer shows is resolved. */
  readonly closeAllBut: (present: ReadonlySet<string>) => void;
}

/** Most alerts that are remembered; the oldest are forgotten first. */
const capacity = 50_000;

/** Makes an empty memory; `keepsOpen` where alerts last as long as a state does. */
export function newSeenAlerts(keepsOpen: boolean): SeenAlerts {
  const known = new Map<string, Known>();
  const forgetOldest = forgetterOf(known);
  return {
    note(signal, nowMonoMs, sightings = []) {
      const before = known.get(signal.dedupeKey);
      const { id, status, count, lastSeen, eventTime } = signal;
      const marks = sightings.map(({ marker, phase }) => `${marker}.${phase ?? ''}`).join(' ');
      const actor = signal.actor?.arn ?? signal.actor?.name ?? signal.actor?.id;
      const now = { id, status, count, lastSeen, eventTime, marks, actor };
      if (before === undefined || (before.status !== 'open' && signal.status === 'open')) {
        known.delete(signal.dedupeKey);
        known.set(signal.dedupeKey, { firstMonoMs: nowMonoMs, ...now });
        if (known.size > capacity) forgetOldest();
        return { kind: 'new' };
      }
      const previous = {
        firstMonoMs: before.firstMonoMs,
        ...(before.count === undefined ? {} : { count: before.count }),
        ...(before.lastSeen === undefined ? {} : { lastSeen: before.lastSeen }),
        ...(before.eventTime === undefined ? {} : { eventTime: before.eventTime }),
      };
      const moved =
        before.id !== now.id ||
        before.count !== now.count ||
        before.lastSeen !== now.lastSeen ||
        before.status !== now.status ||
        before.marks !== now.marks ||
        before.actor !== now.actor ||
        before.eventTime !== now.eventTime;
      // Versions may overtake each other: what had been reached stays reached.
      Object.assign(before, now, { count: higher(before.count, count), lastSeen: higher(before.lastSeen, lastSeen) });
      return { kind: moved ? 'risen' : 'repeat', previous };
    },
    remember(heard) {
      const entry = known.get(heard.signal.dedupeKey);
      if (entry !== undefined && keepsOpen && heard.signal.status === 'open') entry.heard = heard;
    },
    open: () =>
      [...known.values()].flatMap((entry) =>
        entry.status === 'open' && entry.heard !== undefined ? [entry.heard] : [],
      ),
    closeAllBut(present) {
      for (const [key, entry] of known) {
        if (!present.has(key) && entry.status === 'open') {
          entry.status = 'resolved';
          delete entry.heard;
        }
      }
    },
  };
}

function higher<T extends number | string>(one: T | undefined, other: T | undefined): T | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
