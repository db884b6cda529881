import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagingState } from '../../staging/state.ts';
import type { Workplace } from './workplace.ts';

/**
 * Names the embedded staging as the live environment 'shared' in a workplace's `windshear.yaml`, by the addresses that it
 * has now: to the harness it is somebody else's system then, and several workplaces can share it.
 */
export async function shareAsLive(work: Workplace, state: StagingState, more: string): Promise<void> {
  const text = await readFile(join(work.folder, 'windshear.yaml'), 'utf8');
  const resolved = text.replaceAll(/\$\{staging\.([^}]+)\}/g, (_, path: string) => String(at(state, path.split('.'))));
  const [, embedded = ''] = resolved.split(/^ {2}embedded:\n/m);
  const live = embedded.replace('staging: embedded', `staging: live\n${more.replaceAll(/^(?=.)/gm, '    ')}`);
  await writeFile(join(work.folder, 'windshear.yaml'), `environments:\n  shared:\n${live}`);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => (found as Readonly<Record<string, unknown>>)[key], value);
}
