import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Lot, LotOutcome } from './simulate-lot.ts';

/** So many seeds at a time does a thread take: few enough that none is left with much while the others are done. */
const lotSize = 100;

/** Plays seeds on as many threads as told, prints what fails and the confusion matrix, and says whether none failed. */
export async function runSeeds({ first, count, threads }: Lot & { readonly threads: number }): Promise<boolean> {
  const cells = new Map<string, number>();
  let failing = 0;
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
      for (const [cell, times] of outcome.cells) cells.set(cell, (cells.get(cell) ?? 0) + times);
      for (const story of outcome.failing) console.log(story);
      failing += outcome.failing.length;
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(count / lotSize)) }, work));
  const seconds = (performance.now() - began) / 1000;
  console.log('of | truth | verdict | how often');
  for (const [cell, times] of [...cells].toSorted(([a], [b]) => a.localeCompare(b))) console.log(`${cell} | ${times}`);
  const rate = Math.round(count / seconds);
  console.log(`${count} seeds in ${seconds.toFixed(1)} s, ${rate} seeds/s on ${threads} threads, ${failing} failing`);
  return failing === 0;
}
