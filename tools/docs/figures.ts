import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrashRow } from '../../src/testing/crash/table.ts';
import { root } from '../sources.ts';

/** What a tool printed when it was last run with `--record`; committed, so that everybody's own run can be compared. */
interface Recorded {
  /** What to type to get it again. */
  readonly command: string;
  /** Day of the run, UTC. */
  readonly on: string;
}

export interface SimulationFigures extends Recorded {
  readonly seeds: number;
  readonly seconds: number;
  readonly failing: readonly number[];
  readonly cells: readonly TruthCell[];
}

/** How often something that was true got a verdict. */
export interface TruthCell {
  readonly of: string;
  readonly truth: string;
  readonly verdict: string;
  readonly times: number;
}

export interface MutantFigures extends Recorded {
  readonly mutants: readonly { readonly name: string; readonly file: string; readonly caughtBy: string | null }[];
}

export interface CrashFigures extends Recorded {
  readonly seconds: number;
  readonly rows: readonly CrashRow[];
}

export interface Figures {
  readonly simulation: SimulationFigures;
  readonly mutants: MutantFigures;
  readonly 'crash-matrix': CrashFigures;
}

const folder = join(root, 'src/testing/figures');

/** Keeps what a tool has just measured for `npm run docs`. */
export async function record<Name extends keyof Figures>(
  name: Name,
  figures: Omit<Figures[Name], 'on'>,
): Promise<void> {
  const on = new Date().toISOString().slice(0, 10);
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(name), `${JSON.stringify({ ...figures, on }, undefined, 1)}\n`);
}

/** The command as it was typed, without `--record`. */
export function typed(script: string): string {
  const args = process.argv.slice(2).filter((arg) => arg !== '--record');
  return `npm run ${script}${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`;
}

/** Reads what was recorded. Throws where a tool was never run with `--record`. */
export async function readFigures(): Promise<Figures> {
  const read = async <Name extends keyof Figures>(name: Name) =>
    JSON.parse(await readFile(fileOf(name), 'utf8')) as Figures[Name];
  return {
    simulation: await read('simulation'),
    mutants: await read('mutants'),
    'crash-matrix': await read('crash-matrix'),
  };
}

function fileOf(name: keyof Figures): string {
  return join(folder, `${name}.json`);
}
