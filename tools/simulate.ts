import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { record, typed } from './docs/figures.ts';
import { breakModule, catchMutant, runMutants } from './simulate-mutants.ts';
import { runSeeds } from './simulate-seeds.ts';

/**
 * Plays game days in virtual time: `npm run simulate -- --seeds 10000 [--first N] [--threads N]`; exits 1 where a
 * verdict is wrong. With `--mutants` it plays each deliberate bug until it is caught, and exits 1 where one is not.
 * `--record` keeps what either comes to for `npm run docs`.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
process.exitCode = (await isAsWanted()) ? 0 : 1;

async function isAsWanted(): Promise<boolean> {
  const count = Number(values.seeds);
  const command = typed('simulate');
  if (values.mutants) {
    const mutants = await runMutants();
    if (values.record) await record('mutants', { command, mutants });
    return mutants.every(({ caughtBy }) => caughtBy !== null);
  }
  if (values.mutant === undefined) {
    const played = await runSeeds({ first: Number(values.first), count, threads: Number(values.threads) });
    if (values.record) await record('simulation', { command, seeds: count, ...played });
    return played.failing.length === 0;
  }
  breakModule(values.mutant);
  const by = await catchMutant(count);
  console.log(by === undefined ? `survived ${count} seeds and all stories` : `caught by ${by}`);
  return by !== undefined;
}
