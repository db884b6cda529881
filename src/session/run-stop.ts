import { watchStopFile } from '../engine/stop.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemDisk } from '../system/system-disk.ts';
import type { Folders } from './folders.ts';
import { handleSignals } from './signals.ts';

/** The ways in which a person ends a run: Ctrl-C, SIGTERM, `windshear stop`. */
export interface RunStop {
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  /** Stops listening; signals have their usual effect again. */
  readonly release: () => void;
}

const lookEveryMs = 250;

/** Listens for every way to stop, from here until `release`. */
export function listenForStop(folders: Folders, say: (line: string) => void): RunStop {
  const stop = new AbortController();
  const abandon = new AbortController();
  const ended = new AbortController();
  const unhandle = handleSignals({ emitter: process, clock: systemClock, stop, abandon, say });
  const place = { disk: systemDisk, clock: systemClock, folder: folders.own };
  watchStopFile(place, { everyMs: lookEveryMs, signal: ended.signal, log: say }).then(
    (request) => {
      if (stop.signal.aborted) return;
      say(`Stopping on ${request.by}: nothing more is injected, everything that is in is being reverted.`);
      stop.abort(request);
    },
    (error: unknown) => {
      if (!ended.signal.aborted) say(`The stop file is not watched: ${String(error)}`);
    },
  );
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    release: () => {
      ended.abort();
      unhandle();
    },
  };
}
