import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workplace } from '../game-day/workplace.ts';
import type { Victim } from './crash.ts';

const name = 'embedded';

/**
 * Gives each scenario an environment of its own, all of them the same staging: runs of one folder that go on at the
 * same time need one each. `windshear.yaml` has all, for `windshear recover`.
 */
export async function environmentsFor(work: Workplace, scenarios: readonly string[]): Promise<readonly Victim[]> {
  const text = await readFile(join(work.folder, 'windshear.yaml'), 'utf8');
  const victims = scenarios.map((scenario, index): Victim => {
    const environment = index === 0 ? name : `${name}-${index + 1}`;
    return { scenario, environment, config: `windshear-${environment}.yaml` };
  });
  for (const { environment, config } of victims) {
    const own = text.replace(`default: ${name}\n`, '').replace(`\n  ${name}:\n`, `\n  ${environment}:\n`);
    await writeFile(join(work.folder, config), own);
  }
  const others = victims.slice(1).map(({ environment }) => `  ${environment}: *${name}\n`);
  const all = `${text.replace(`\n  ${name}:\n`, `\n  ${name}: &${name}\n`)}${others.join('')}`;
  await writeFile(join(work.folder, 'windshear.yaml'), all);
  return victims;
}
