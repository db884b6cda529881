import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WindshearError } from '../model/errors.ts';
import { systemDisk } from '../system/system-disk.ts';
import type { Folders } from './folders.ts';
import type { WatchdogSettings } from './watchdog-process.ts';

/** A process beside the harness that reverts what is in as soon as the harness dies. */
export interface Watchdog {
  /** Sends it home: whatever is in is known to somebody. */
  readonly end: () => void;
}

/** The log of watchdogs, in `.windshear`. */
export function watchdogLog({ own }: Pick<Folders, 'own'>): string {
  return `${own}/watchdog.log`;
}

/**
 * Starts a watchdog and waits until it is ready. It holds one end of a pipe, which the system closes whatever kills the
 * harness, and a session of its own, so that Ctrl-C and a closed terminal do not reach it.
 */
export async function startWatchdog(settings: WatchdogSettings, folders: Folders): Promise<Watchdog> {
  await systemDisk.makeFolder(folders.own, 0o700);
  const log = await open(watchdogLog(folders), 'a', 0o600);
  const file = new URL(`./watchdog-process${extname(import.meta.url)}`, import.meta.url);
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(file)], {
    cwd: settings.cwd,
    detached: true,
    stdio: ['pipe', 'pipe', log.fd],
  });
  await log.close();
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null)
    throw new Error('A process was started without the pipes that were asked for.');
  // A watchdog that is gone is no reason to end a run; it was ready when something could still be refused.
  stdin.on('error', () => {});
  stdin.write(`${JSON.stringify(settings)}\n`);
  const ready = once(stdout, 'data');
  const failed = once(child, 'exit').then(() => {
    throw new WindshearError('no-watchdog', 70, `The watchdog did not start; see '${watchdogLog(folders)}'.`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => {});
  stdout.destroy();
  child.unref();
  return { end: () => stdin.end('ended\n') };
}
