import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isRunning, type ProcessIdentity, processIdentity } from './process-identity.ts';

const retryMs = 50;

const owner = z.object({ pid: z.int().positive(), startedAt: z.string() });

/**
 * Runs `act` while no other process holds the same lock file. A lock whose owner is dead (its pid is gone, or belongs
 * to a process that started at another time) is taken over.
 * @throws when the lock is held for longer than `patienceMs`
 */
export async function withProcessLock<T>(path: string, patienceMs: number, act: () => Promise<T>): Promise<T> {
  const self = await processIdentity(process.pid);
  const deadlineMs = performance.now() + patienceMs;
  while (!(await take(path, self))) {
    if (performance.now() > deadlineMs) {
      throw new Error(`The lock ${path} is held by another process for more than ${patienceMs} ms.`);
    }
    await sleep(retryMs);
  }
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string, self: ProcessIdentity): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  const held = owner.safeParse(parseJson(text));
  if (text !== '' && (!held.success || !(await isRunning(held.data)))) await rm(path, { force: true });
  return false;
}

/** A lock file that is being written may be torn; it then belongs to nobody that can be named. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
