import { forgetterOf } from '../model/forgetter.ts';
import type { MarkerSighting } from '../model/marker.ts';
import type { Signal } from '../model/signal.ts';
import type { HeardSignal } from './heard.ts';

/** What a version of an alert says by which it is told from another; a moved updated-at alone proves nothing. */
interface Version {
  /** Its record's own: another one under the same key is another opening, though nothing else in it moved. */
  readonly id: string;
  readonly count: number | undefined;
  readonly lastSeen: string | undefined;
  readonly eventTime: string | undefined;
  /** Markers in its text. */
  readonly marks: string;
  /** Whom it names: a version that names another tells of another act, though its times may be those of the first. */
  readonly actor: string | undefined;
}

interface Known extends Version {
  firstMonoMs: number;
  status: Signal['status'];
  updated: string | undefined;
  /** What its last open version said, once it was said to be resolved; what a store only ceases to show is not. */
  closed?: Version & { readonly updated: string | undefined };
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
      const now = versionOf(signal, sightings);
      const { status } = signal;
      const updated = signal.updatedAt ?? signal.alertTime;
      const reopens = before !== undefined && before.status !== 'open' && status === 'open';
      // What was said to be resolved, sent once more as it had been, opens nothing.
      const isStray =
        reopens && before.closed !== undefined && isSame(before.closed, now) && isDated(before.closed, updated);
      if (before === undefined || (reopens && !isStray)) {
        known.delete(signal.dedupeKey);
        known.set(signal.dedupeKey, { firstMonoMs: nowMonoMs, status, updated, ...now });
        if (known.size > capacity) forgetOldest();
        return { kind: 'new' };
      }
      const previous = {
        firstMonoMs: before.firstMonoMs,
        ...(before.count === undefined ? {} : { count: before.count }),
        ...(before.lastSeen === undefined ? {} : { lastSeen: before.lastSeen }),
        ...(before.eventTime === undefined ? {} : { eventTime: before.eventTime }),
      };
      if (isStray) return { kind: 'repeat', previous };
      const moved = before.status !== status || !isSame(before, now);
      if (before.status === 'open' && status !== 'open') {
        const { id, count, lastSeen, eventTime, marks, actor } = before;
        before.closed = { id, count, lastSeen, eventTime, marks, actor, updated: before.updated };
      }
      // Versions may overtake each other: what had been reached stays reached.
      const reached = { count: higher(before.count, now.count), lastSeen: higher(before.lastSeen, now.lastSeen) };
      Object.assign(before, now, reached, { status, updated });
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

function versionOf({ id, count, lastSeen, eventTime, actor }: Signal, sightings: readonly MarkerSighting[]): Version {
  const marks = sightings.map(({ marker, phase }) => `${marker}.${phase ?? ''}`).join(' ');
  return { id, count, lastSeen, eventTime, marks, actor: actor?.arn ?? actor?.name ?? actor?.id };
}

/** That a marker stands in it no more tells of nothing new: an older version may overtake the one that had it. */
function isSame(before: Version, now: Version): boolean {
  return (
    before.id === now.id &&
    before.count === now.count &&
    before.lastSeen === now.lastSeen &&
    (before.marks === now.marks || now.marks === '') &&
    before.actor === now.actor &&
    before.eventTime === now.eventTime
  );
}

/** Only of what has a time can be said that it is the same one. */
function isDated({ eventTime, updated }: NonNullable<Known['closed']>, other: string | undefined): boolean {
  return eventTime !== undefined && updated === other;
}

function higher<T extends number | string>(one: T | undefined, other: T | undefined): T | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
