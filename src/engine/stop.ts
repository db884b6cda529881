import { posix } from 'node:path';
import { z } from 'zod';
import { type Clock, isoTime } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import { exitCodes, WindshearError } from '../model/errors.ts';
import { failureText } from './failure-text.ts';

/** Is the reason of a stop signal: who asked that new injections end and all that is in be reverted. */
export class StopRequest extends WindshearError {
  readonly by: string;
  constructor(by: string) {
    super('stopped', exitCodes.stopped, `Stopped by ${by}; everything that is in is being reverted.`);
    this.by = by;
  }
}

/** What stands in a stop file. */
export interface StopAsked {
  /** Who asks. */
  readonly by: string;
  /** Only runs on this environment are asked; all that watch the file where it is absent. */
  readonly environment?: string | undefined;
}

const stopFileSchema = z.object({ by: z.string(), at: z.string(), environment: z.string().optional() });

/** A stop file that is older than this belongs to an earlier run; a younger one may be meant for one that is going. */
const freshMs = 10_000;

export interface StopFile {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Absolute path of the file. */
  readonly path: string;
  /** True where other users ask by it: its folder is theirs to prepare, and everyone may read it. */
  readonly shared: boolean;
  /** What stands there; undefined where nothing does. Needs no right to read it. */
  readonly look: () => Promise<FoundStop | undefined>;
}

/** What stands at the place of a stop file. Whatever it is, whoever made it wants an end. */
export interface FoundStop {
  /** False of a folder, a FIFO, a link: they stay where they are. */
  readonly isFile: boolean;
  /** When it was last written or touched. */
  readonly entryEpochMs: number;
  /** The same of what a link leads to, else as `entryEpochMs`; absent of a link that leads nowhere. */
  readonly contentEpochMs?: number;
  /** Absent where it may not be read, or is no small file. */
  readonly text?: string;
}

/** Asks every run that watches this file to stop. Rejects with the disk's error where it cannot be written. */
export async function requestStop({ disk, clock, path, shared }: StopFile, asked: StopAsked): Promise<void> {
  if (!shared) await disk.makeFolder(posix.dirname(path), 0o700);
  const text = `${JSON.stringify({ ...asked, at: isoTime(clock) })}\n`;
  await disk.writeDurably(path, new TextEncoder().encode(text), shared ? 0o644 : 0o600);
}

export interface StopWatch {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** When the run began, which is before the first look: what was asked since then is meant for it. */
  readonly sinceEpochMs: number;
  /** The environment of the run, once it is known; until then every request concerns it. */
  readonly environment?: () => string | undefined;
  readonly log?: (line: string) => void;
}

/**
 * Answers with the request once a stop file was written or touched since the run began; a file from before is an earlier
 * run's, and is removed once it is old. An empty file, as `touch` makes it, counts too, and so does one that may not be
 * read, and what is no file at all. Rejects with the signal's reason when it is aborted.
 */
export async function watchStopFile(place: StopFile, watch: StopWatch): Promise<StopRequest> {
  const log = newComplaint(watch);
  let known = await place.look().catch(log);
  if (known !== undefined && isSince(watch, known, place.clock)) {
    if (concerns(known, watch)) return requestOf(known);
  } else if (known?.isFile === true && !isFresh(place.clock, known)) {
    // Another user's file may be beyond us; it stays known, and only a change of it counts.
    const isGone = await place.disk.remove(place.path).then(
      () => true,
      () => false,
    );
    if (isGone) known = undefined;
  }
  for (;;) {
    await place.clock.sleep(watch.everyMs, watch.signal);
    try {
      const now = await place.look();
      if (now !== undefined && isOther(now, known) && concerns(now, watch)) return requestOf(now);
      known = now;
    } catch (error) {
      log(error);
    }
  }
}

function requestOf({ text }: FoundStop): StopRequest {
  return new StopRequest(parse(text)?.by ?? 'the stop file');
}

/** A request that names no environment, or none that can be read, is meant for all. */
function concerns({ text }: FoundStop, { environment }: StopWatch): boolean {
  const [asked, own] = [parse(text)?.environment, environment?.()];
  return asked === undefined || own === undefined || asked === own;
}

/** Says once why the file cannot be watched. */
function newComplaint({ log }: StopWatch): (error: unknown) => undefined {
  let complained = false;
  return (error) => {
    if (!complained) log?.(`The stop file cannot be read, so it cannot stop this run: ${failureText(error)}`);
    complained = true;
    return undefined;
  };
}

/** What says the same may have been touched; that a link leads nowhere any more asks for nothing. */
function isOther(now: FoundStop, known: FoundStop | undefined): boolean {
  if (known === undefined || now.entryEpochMs !== known.entryEpochMs) return true;
  if (now.contentEpochMs === undefined) return false;
  return now.contentEpochMs !== known.contentEpochMs || (now.text !== known.text && now.text !== undefined);
}

/** A file from the future was not written since: it would end every run until then. */
function isSince({ sinceEpochMs }: StopWatch, found: FoundStop, clock: Clock): boolean {
  const writtenEpochMs = writtenOf(found);
  return writtenEpochMs >= sinceEpochMs && writtenEpochMs <= clock.epochMs() + freshMs;
}

function isFresh(clock: Clock, found: FoundStop): boolean {
  const ageMs = clock.epochMs() - writtenOf(found);
  return ageMs >= 0 && ageMs < freshMs;
}

function writtenOf({ entryEpochMs, contentEpochMs = 0 }: FoundStop): number {
  return Math.max(entryEpochMs, contentEpochMs);
}

function parse(text = ''): Readonly<z.infer<typeof stopFileSchema>> | undefined {
  try {
    return stopFileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
