import type { Clock } from '../../../model/clock.ts';
import type { AuditEvent } from './audit-event.ts';
import type { ScheduledFinding } from './rules.ts';

/** A finding beside the event that it was made in. */
export interface Counted {
  readonly finding: ScheduledFinding;
  readonly event: AuditEvent;
}

export interface ScheduleOptions {
  readonly clock: Clock;
  /** So long after an event a query looks at it, as a search over an index that fills late does. */
  readonly lagMs: number;
  /** How many findings of a rule in a namespace are too many. */
  readonly tooMany: number;
  /** Over how long they are counted. */
  readonly windowMs: number;
  /** Gets the last of them. */
  readonly raise: (last: Counted, count: number) => void;
}

export interface Schedule {
  readonly add: (counted: Counted) => void;
  /** Runs the query once; the caller does so again and again. */
  readonly query: () => void;
}

/** Counts what rules find in a window that ends in the past; each burst is told once. */
export function createSchedule({ clock, lagMs, tooMany, windowMs, raise }: ScheduleOptions): Schedule {
  let waiting: readonly (Counted & { readonly atMs: number })[] = [];
  return {
    add: (counted) => {
      waiting = [...waiting, { ...counted, atMs: clock.monoMs() }];
    },
    query() {
      const until = clock.monoMs() - lagMs;
      waiting = waiting.filter(({ atMs }) => atMs > until - windowMs);
      const seen = waiting.filter(({ atMs }) => atMs <= until);
      const groups = Map.groupBy(seen, ({ finding }) => `${finding.rule} ${finding.namespace}`);
      for (const group of groups.values()) {
        const last = group.at(-1);
        if (last === undefined || group.length < tooMany) continue;
        raise(last, group.length);
        waiting = waiting.filter((one) => !group.includes(one));
      }
    },
  };
}
