import { resolve } from 'node:path';
import { type StopFile, watchStopFile } from '../engine/stop.ts';
import { plainText } from '../scorecard/plain-text.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemDisk } from '../system/system-disk.ts';
import type { Folders } from './folders.ts';
import { lookAtStopFile } from './look-at-stop-file.ts';
import { handleSignals } from './signals.ts';

/** The ways in which a person ends a run: Ctrl-C, SIGTERM, `windshear stop`. */
export interface RunStop {
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  /** Heeds the environment's own stop file too, and from now on no request that names another environment. */
  readonly enter: (name: string, environment: { readonly stopFile?: string | undefined }) => void;
  /** Stops listening; signals have their usual effect again. */
  readonly release: () => void;
}

const lookEveryMs = 250;

/** The stop file of a folder in which runs are started; only its owner can ask by it. */
export function ownStopFile({ own }: Pick<Folders, 'own'>): StopFile {
  return stopFileAt(`${own}/stop`, false);
}

/** A stop file in a folder that others may write to. */
export function sharedStopFile(path: string): StopFile {
  return stopFileAt(resolve(path), true);
}

function stopFileAt(path: string, shared: boolean): StopFile {
  return { disk: systemDisk, clock: systemClock, path, shared, look: () => lookAtStopFile(path) };
}

/** A run begins with its process: until it looks for the first time, hundreds of milliseconds go by. */
let sinceEpochMs = performance.timeOrigin;

/** Listens for every way to stop, from here until `release`; `also` names one more stop file. */
export function listenForStop(folders: Folders, say: (line: string) => void, also?: string): RunStop {
  const stop = new AbortController();
  const abandon = new AbortController();
  const ended = new AbortController();
  const unhandle = handleSignals({ emitter: process, clock: systemClock, stop, abandon, say });
  const watched = new Set<string>();
  let entered: string | undefined;

  function watch(file: StopFile): void {
    if (watched.has(file.path)) return;
    watched.add(file.path);
    watchStopFile(file, {
      ...{ everyMs: lookEveryMs, sinceEpochMs, signal: ended.signal, log: (line: string) => say(plainText(line)) },
      environment: () => entered,
    }).then(
      (request) => {
        if (stop.signal.aborted) return;
        const by = plainText(request.by);
        say(`Stopping on ${by}: nothing more is injected, everything that is in is being reverted.`);
        stop.abort(request);
      },
      (error: unknown) => {
        if (!ended.signal.aborted) say(`The stop file is not watched: ${plainText(String(error))}`);
      },
    );
  }

  watch(ownStopFile(folders));
  if (also !== undefined) watch(sharedStopFile(also));
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    enter: (name, { stopFile }) => {
      entered = name;
      if (stopFile !== undefined) watch(sharedStopFile(stopFile));
    },
    release: () => {
      ended.abort();
      unhandle();
      // What was asked until now was not meant for a run that the same process starts after it.
      sinceEpochMs = systemClock.epochMs();
    },
  };
}
