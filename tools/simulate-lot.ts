import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { judge } from '../src/testing/simulator/oracle/oracle.ts';
import { play } from '../src/testing/simulator/play.ts';
import { shrink } from '../src/testing/simulator/shrink.ts';
import type { Story } from '../src/testing/simulator/story.ts';
import { tellStory } from '../src/testing/simulator/tell-story.ts';
import type { TruthCell } from './docs/figures.ts';

/** Seeds in a row. */
export interface Lot {
  readonly first: number;
  readonly count: number;
}

/** What a lot came to. */
export interface LotOutcome {
  /** By `of | truth | verdict`. */
  readonly cells: ReadonlyMap<string, TruthCell>;
  /** Each failing seed with what is wrong with it, and the smallest story that is still wrong. */
  readonly failing: readonly { readonly seed: number; readonly story: string }[];
}

// What it rejects with ends the thread, and is told to whoever waits for it.
parentPort?.on('message', (lot: Lot) => void playLot(lot).then((outcome) => parentPort?.postMessage(outcome)));

async function playLot({ first, count }: Lot): Promise<LotOutcome> {
  const cells = new Map<string, TruthCell>();
  const failing: { seed: number; story: string }[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const judged = judge(await play(tellStory(seed)));
    for (const { of, truth, verdict } of judged.cells) {
      const cell = `${of} | ${truth} | ${verdict}`;
      cells.set(cell, { of, truth, verdict, times: (cells.get(cell)?.times ?? 0) + 1 });
    }
    if (judged.findings.length > 0) failing.push({ seed, story: await storyOf(seed) });
    // A game day takes no turn of the event loop, and what weak references hold is let go only at one.
    await setImmediate();
  }
  return { cells, failing };
}

async function storyOf(seed: number): Promise<string> {
  const findings = async (story: Story) => judge(await play(story)).findings;
  const smallest = await shrink(tellStory(seed), async (story) => (await findings(story)).length > 0);
  const wrong = (await findings(smallest)).map(({ rule, about, what }) => `  ${rule} ${about}: ${what}`);
  return [`seed ${seed}`, ...wrong, `  ${JSON.stringify(smallest)}`].join('\n');
}
