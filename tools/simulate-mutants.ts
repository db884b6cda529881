import { registerHooks } from 'node:module';
import { execa } from 'execa';
import { type Mutant, mutants, mutate } from '../src/testing/simulator/mutants.ts';
import type { Story } from '../src/testing/simulator/story.ts';
import type { MutantFigures } from './docs/figures.ts';
import { root } from './sources.ts';

/** How many seeds a bug may survive; all of them are clean without it. */
const seeds = 1000;

/** Plays each mutant in a process of its own, and says what caught it. */
export async function runMutants(): Promise<MutantFigures['mutants']> {
  const played: { name: string; file: string; caughtBy: string | null }[] = [];
  for (const { name, file } of mutants) {
    const tool = `${root}tools/simulate.ts`;
    const args = ['--conditions=windshear-source', tool, '--mutant', name, '--seeds', String(seeds)];
    const { exitCode, stdout, stderr } = await execa(process.execPath, args, { cwd: root, reject: false });
    const said = stdout.split('\n').at(-1) ?? '';
    const isCaught = exitCode === 0 && said.startsWith('caught');
    played.push({ name, file, caughtBy: isCaught ? said.replace(/^caught by /, '') : null });
    console.log(`${isCaught ? 'caught' : 'NOT CAUGHT'} | ${name} | ${file} | ${said === '' ? stderr : said}`);
  }
  console.log(`${played.filter(({ caughtBy }) => caughtBy !== null).length} of ${mutants.length} mutants caught`);
  return played;
}

/** Plays seeds, and then what seeds had shrunk to, until the bug shows; answers what showed it, and which rules it breaks. */
export async function catchMutant(count: number): Promise<string | undefined> {
  // Loaded only now, so that the bug is in what is played.
  const { judge } = await import('../src/testing/simulator/oracle/oracle.ts');
  const { play } = await import('../src/testing/simulator/play.ts');
  const { shrunkStories } = await import('../src/testing/simulator/shrunk/all.ts');
  const { tellStory } = await import('../src/testing/simulator/tell-story.ts');
  const rulesOf = async (story: Story) => [...new Set(judge(await play(story)).findings.map(({ rule }) => rule))];
  for (let seed = 1; seed <= count; seed++) {
    const rules = await rulesOf(tellStory(seed));
    if (rules.length > 0) return `seed ${seed}: ${rules.join('; ')}`;
  }
  for (const [claim, story] of Object.entries(shrunkStories)) {
    const rules = await rulesOf(story);
    if (rules.length > 0) return `'${claim}': ${rules.join('; ')}`;
  }
  return undefined;
}

/** Puts a mutant's bug into its module as that is loaded; throws where the mutant or its text is not found. */
export function breakModule(name: string): void {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`No mutant '${name}'.`);
  const url = new URL(mutant.file, `file://${root}`).href;
  registerHooks({
    load(loaded, context, next) {
      const result = next(loaded, context);
      return loaded === url ? { ...result, source: broken(mutant, result.source) } : result;
    },
  });
}

function broken(mutant: Mutant, source: unknown): string {
  const text = source instanceof Uint8Array ? new TextDecoder().decode(source) : String(source);
  return mutate(mutant, text);
}
