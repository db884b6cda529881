import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Scratch } from './clients.ts';

/** Makes a folder that only its owner may look into; whoever asked for it removes it. */
export async function makeScratch(): Promise<Scratch> {
  return scratchAt(await mkdtemp(join(tmpdir(), 'windshear-')));
}

/** Opens the folder of that name in the user's cache. */
export async function openCache(
  name: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Scratch> {
  const base = variables['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(base, 'windshear', basename(name));
  await mkdir(path, { recursive: true, mode: 0o700 });
  return scratchAt(path);
}

function scratchAt(path: string): Scratch {
  const at = (name: string) => join(path, basename(name));
  return {
    path,
    write: async (name, text) => {
      await writeFile(at(name), text, { mode: 0o600 });
      return at(name);
    },
    read: async (name) => {
      try {
        return await readFile(at(name), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
