import { parseArgs } from 'node:util';
import type { Judgement } from '../src/testing/simulator/oracle/oracle.ts';
import type { Story } from '../src/testing/simulator/story.ts';
import { breakModule, runMutants } from './simulate-mutants.ts';

/**
 * Plays game days in virtual time: `npm run simulate -- --seeds 10000 [--first N]`; exits 1 where a verdict is wrong.
 * With `--mutants` it plays each deliberate bug until it is caught, and exits 1 where one is not.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
  },
});
if (values.mutants) process.exit((await runMutants()) ? 0 : 1);
if (values.mutant !== undefined) breakModule(values.mutant);

// Loaded only now, so that a mutant's bug is in what is played.
const { judge } = await import('../src/testing/simulator/oracle/oracle.ts');
const { play } = await import('../src/testing/simulator/play.ts');
const { shrink } = await import('../src/testing/simulator/shrink.ts');
const { shrunkStories } = await import('../src/testing/simulator/shrunk/all.ts');
const { tellStory } = await import('../src/testing/simulator/tell-story.ts');
if (values.mutant !== undefined) {
  const by = await catchMutant();
  console.log(by === undefined ? `survived ${values.seeds} seeds and all stories` : `caught by ${by}`);
  process.exit(by === undefined ? 1 : 0);
}

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

/** Plays seeds, and then what seeds had shrunk to, until the bug shows; answers what showed it, and which rules it breaks. */
async function catchMutant(): Promise<string | undefined> {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { findings } = await judgeStory(tellStory(seed));
    if (findings.length > 0) return `seed ${seed}: ${rulesOf(findings)}`;
  }
  for (const [claim, story] of Object.entries(shrunkStories)) {
    const { findings } = await judgeStory(story);
    if (findings.length > 0) return `'${claim}': ${rulesOf(findings)}`;
  }
  return undefined;
}

function rulesOf(findings: Judgement['findings']): string {
  return [...new Set(findings.map(({ rule }) => rule))].join('; ');
}
