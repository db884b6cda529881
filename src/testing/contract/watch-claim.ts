import { expect } from 'chai';
import type { setUp } from './fault-stage.ts';

/** Watches what a fault changes while it goes in and out again. */
export async function expectTold(stage: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  const over = new AbortController();
  let told = 0;
  const watching = stage.watch(() => told++, over.signal);
  const counts = [told];
  const after = await stage.inject();
  counts.push(told);
  await stage.revert(after);
  counts.push(told);
  over.abort(new Error('no longer watched'));
  expect(await watching.catch((error: unknown) => error)).to.equal(over.signal.reason);
  expect(counts, 'changes told before the injection, after it, and after the revert').to.deep.equal(
    [...new Set(counts)].toSorted((a, b) => a - b),
  );
}
