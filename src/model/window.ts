import { z } from 'zod';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'must be a time of day (08:00 to 24:00)' });

/** A time of the week, on the wall clock of a zone. */
export const windowSchema = z.strictObject({
  days: z
    .array(z.enum(days))
    .min(1)
    .describe('Days on which it begins.')
    .default([...days]),
  from: timeOfDay,
  to: timeOfDay.describe('Not included; at or before `from` it lies on the next day.'),
  zone: z.string().refine(isZone, { error: 'must be a time zone (Europe/Berlin, UTC)' }),
});

export type TimeWindow = Readonly<z.infer<typeof windowSchema>>;

const minuteMs = 60_000;

/**
 * Answers with the first instant of a span that lies in none of the windows, to the minute, or undefined. Each instant
 * is read off the wall clock of the window's zone, so an hour that is skipped or repeated in spring and autumn counts
 * as that clock shows it.
 */
export function firstOutside(
  windows: readonly TimeWindow[],
  span: { readonly fromEpochMs: number; readonly toEpochMs: number },
): number | undefined {
  const readings = windows.map((window) => ({ window, read: wallClock(window.zone) }));
  const isInside = (epochMs: number) => readings.some(({ window, read }) => covers(window, read(epochMs)));
  const { fromEpochMs, toEpochMs } = span;
  if (!isInside(fromEpochMs)) return fromEpochMs;
  for (let at = (Math.floor(fromEpochMs / minuteMs) + 1) * minuteMs; at <= toEpochMs; at += minuteMs) {
    if (!isInside(at)) return at;
  }
  return undefined;
}

/** Writes a window as a person reads it: `mon tue 08:00 to 18:00 Europe/Berlin`. */
export function windowText({ days: on, from, to, zone }: TimeWindow): string {
  return `${on.length === days.length ? 'every day' : on.join(' ')} ${from} to ${to} ${zone}`;
}

interface WallTime {
  readonly day: number;
  readonly minute: number;
}

function wallClock(zone: string): (epochMs: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (epochMs) => {
    const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
    const day = (days as readonly string[]).indexOf(parts['weekday']?.toLowerCase() ?? '');
    return { day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
  };
}

function covers(window: TimeWindow, { day, minute }: WallTime): boolean {
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  const begins = (on: number) => window.days.some((name) => name === days[on]);
  if (from < to) return begins(day) && minute >= from && minute < to;
  return (begins(day) && minute >= from) || (begins((day + 6) % 7) && minute < to);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
