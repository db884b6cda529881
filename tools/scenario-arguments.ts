import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { root } from './sources.ts';

/** Lists the project's scenarios, of the platforms named alone, by their ids. */
export async function scenariosOf(...platforms: readonly string[]): Promise<readonly string[]> {
  const folders = platforms.length === 0 ? [''] : platforms;
  const paths = await Promise.all(folders.map((name) => readdir(join(root, 'scenarios', name), { recursive: true })));
  return paths
    .flat()
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => basename(path, '.yaml'))
    .toSorted();
}

/** Those that were typed, or all that are known; ends with 2 where one is unknown. */
export function wanted(typed: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = typed.filter((name) => !known.includes(name));
  if (unknown.length > 0) usage(`There is no scenario '${unknown.join("', '")}'; there are ${known.join(', ')}.`);
  return typed.length > 0 ? typed : known;
}

export function wholeNumber(option: string, text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) usage(`${option} must be a whole number from 1 on, got '${text}'.`);
  return n;
}

function usage(text: string): never {
  console.error(text);
  process.exit(2);
}
