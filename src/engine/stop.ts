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

const stopFileSchema = z.object({ by: z.string(), at: z.string() });

/** A stop file that is older than this belongs to an earlier run; a younger one may be meant for one that is going. */
const freshMs = 10_000;

export interface StopFile {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Absolute: `.windshear`. */
  readonly folder: string;
}

/** Asks every run that uses this folder to stop: writes `.windshear/stop`. */
export async function requestStop(place: StopFile, by: string): Promise<void> {
  await place.disk.makeFolder(place.folder, 0o700);
  const text = `${JSON.stringify({ by, at: isoTime(place.clock) })}\n`;
  await place.disk.writeDurably(stopPath(place), new TextEncoder().encode(text), 0o600);
}

/**
 * Answers with the request once a stop file appears or changes after this call; a file that lay there before is an
 * earlier run's, and is removed once it is old. An empty file, as `touch` makes it, counts too. Rejects with the
 * signal's reason when it is aborted.
 */
export async function watchStopFile(
  place: StopFile,
  watch: { readonly everyMs: number; readonly signal: AbortSignal; readonly log?: (line: string) => void },
): Promise<StopRequest> {
  let known = await readStopFile(place);
  if (known !== undefined && !isFresh(place.clock, known)) {
    await place.disk.remove(stopPath(place));
    known = undefined;
  }
  let complained = false;
  for (;;) {
    await place.clock.sleep(watch.everyMs, watch.signal);
    try {
      const now = await readStopFile(place);
      if (now !== undefined && now !== known) return new StopRequest(parse(now)?.by ?? 'the stop file');
      known = now;
    } catch (error) {
      if (!complained) watch.log?.(`The stop file cannot be read, so it cannot stop this run: ${failureText(error)}`);
      complained = true;
    }
  }
}

async function readStopFile(place: StopFile): Promise<string | undefined> {
  if (!(await place.disk.exists(stopPath(place)))) return undefined;
  try {
    return new TextDecoder().decode(await place.disk.read(stopPath(place)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isFresh(clock: Clock, text: string): boolean {
  const ageMs = clock.epochMs() - Date.parse(parse(text)?.at ?? '');
  return ageMs >= 0 && ageMs < freshMs;
}

function parse(text: string): Readonly<z.infer<typeof stopFileSchema>> | undefined {
  try {
    return stopFileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function stopPath(place: StopFile): string {
  return posix.join(place.folder, 'stop');
}
