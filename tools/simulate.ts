import { parseArgs } from 'node:util';
import { type Judgement, judge } from '../src/testing/simulator/oracle/oracle.ts';
import { play } from '../src/testing/simulator/play.ts';
import { shrink } from '../src/testing/simulator/shrink.ts';
import type { Story } from '../src/testing/simulator/story.ts';
import { tellStory } from '../src/testing/simulator/tell-story.ts';

/** Plays game days in virtual time: `npm run simulate -- --seeds 10000 [--first N]`; exits 1 where a verdict is wrong. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, first: { type: 'string', default: '1' } },
});
const first = Number(values.first);
const count = Number(values.seeds);
const matrix = new Map<string, number>();
const failing: number[] = [];
const began = performance.now();

for (let seed = first; seed < first + count; seed++) {
  const judged = await judgeStory(tellStory(seed));
  for (const { of, truth, verdict } of judged.cells) {
    const cell = `${of} | ${truth} | ${verdict}`;
    matrix.set(cell, (matrix.get(cell) ?? 0) + 1);
  }
  if (judged.findings.length > 0) {
    failing.push(seed);
    await tell(seed);
  }
}

const seconds = (performance.now() - began) / 1000;
console.log('of | truth | verdict | how often');
for (const [cell, times] of [...matrix].toSorted(([a], [b]) => a.localeCompare(b))) console.log(`${cell} | ${times}`);
console.log(
  `${count} seeds in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} seeds/s, ${failing.length} failing`,
);
process.exitCode = failing.length === 0 ? 0 : 1;

async function judgeStory(story: Story): Promise<Judgement> {
  return judge(await play(story));
}

/** Prints what is wrong with a seed, and the smallest story that is still wrong. */
async function tell(seed: number): Promise<void> {
  const smallest = await shrink(tellStory(seed), async (story) => (await judgeStory(story)).findings.length > 0);
  const { findings } = await judgeStory(smallest);
  console.log(`seed ${seed}`);
  for (const { rule, about, what } of findings) console.log(`  ${rule} ${about}: ${what}`);
  console.log(`  ${JSON.stringify(smallest)}`);
}
