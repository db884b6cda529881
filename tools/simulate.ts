import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { breakModule, catchMutant, runMutants } from './simulate-mutants.ts';
import { runSeeds } from './simulate-seeds.ts';

/**
 * Plays game days in virtual time: `npm run simulate -- --seeds 10000 [--first N] [--threads N]`; exits 1 where a
 * verdict is wrong. With `--mutants` it plays each deliberate bug until it is caught, and exits 1 where one is not.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    threads: { type: 'string', default: String(availableParallelism()) },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
  },
});
process.exitCode = (await isAsWanted()) ? 0 : 1;

async function isAsWanted(): Promise<boolean> {
  const count = Number(values.seeds);
  if (values.mutants) return runMutants();
  if (values.mutant === undefined)
    return runSeeds({ first: Number(values.first), count, threads: Number(values.threads) });
  breakModule(values.mutant);
  const by = await catchMutant(count);
  console.log(by === undefined ? `survived ${count} seeds and all stories` : `caught by ${by}`);
  return by !== undefined;
}
