import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** The file appears with its content or not at all, so that whoever reads it can tell its owner. */
async function take(path: string, self: ProcessIdentity): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await removeIfDead(path);
  return false;
}

/** Moves the lock aside first: were it another's meanwhile, that one gets it back. */
async function removeIfDead(path: string): Promise<void> {
  const text = await readIfThere(path);
  const held = owner.safeParse(parseJson(text));
  if (text === '' || (held.success && (await isRunning(held.data)))) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
}

/** What is no JSON belongs to nobody. */
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
