import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SimulationFigures, TruthCell } from './docs/figures.ts';
import type { Lot, LotOutcome } from './simulate-lot.ts';

/** So many seeds at a time does a thread take: few enough that none is left with much while the others are done. */
const lotSize = 100;

/** Plays seeds on as many threads as told, prints what fails and the confusion matrix, and answers both. */
export async function runSeeds({
  first,
  count,
  threads,
}: Lot & { readonly threads: number }): Promise<Pick<SimulationFigures, 'cells' | 'failing' | 'seconds'>> {
  const cells = new Map<string, TruthCell>();
  const failing: number[] = [];
  let next = first;
  const began = performance.now();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./simulate-lot.ts', import.meta.url));
    for (; next < first + count; ) {
      const lot: Lot = { first: next, count: Math.min(lotSize, first + count - next) };
      next += lot.count;
      worker.postMessage(lot);
      // An error of the thread rejects.
      const [outcome] = (await once(worker, 'message')) as [LotOutcome];
      for (const [name, cell] of outcome.cells)
        cells.set(name, { ...cell, times: (cells.get(name)?.times ?? 0) + cell.times });
      for (const { seed, story } of outcome.failing) {
        failing.push(seed);
        console.log(story);
      }
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(count / lotSize)) }, work));
  const seconds = (performance.now() - began) / 1000;
  console.log('of | truth | verdict | how often');
  const sorted = [...cells].toSorted(([a], [b]) => a.localeCompare(b));
  for (const [name, { times }] of sorted) console.log(`${name} | ${times}`);
  const rate = Math.round(count / seconds);
  console.log(
    `${count} seeds in ${seconds.toFixed(1)} s, ${rate} seeds/s on ${threads} threads, ${failing.length} failing`,
  );
  return { cells: sorted.map(([, cell]) => cell), failing: failing.toSorted((a, b) => a - b), seconds };
}
