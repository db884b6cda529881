import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../sources.ts';
import { type Program, runCommand, sourceProgram } from './command.ts';
import { type Figure, measured, skipped } from './figure.ts';

const built = join(root, 'dist/cli/main.js');

export const helpFromSource: Figure = {
  name: '--help, from source',
  unit: 'ms',
  goal: '< 100',
  measure: async ({ runs }) => measured(await timeHelp(sourceProgram, runs * 4)),
};

export const helpFromPackage: Figure = {
  name: '--help, as packaged',
  unit: 'ms',
  goal: '< 100',
  measure: async ({ runs }) => {
    const isBuilt = await access(built).then(
      () => true,
      () => false,
    );
    return isBuilt
      ? measured(await timeHelp({ args: [built], variables: {} }, runs * 4))
      : skipped('there is no dist/: run npm run build first');
  },
};

async function timeHelp(program: Program, runs: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let n = 0; n <= runs; n++) {
    const { wallMs, trouble } = await runCommand(['--help'], program);
    if (trouble) throw new Error(trouble);
    times.push(wallMs);
  }
  return times.slice(1);
}
