import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { catalogue } from '../../src/catalogue.ts';
import { environmentProblems } from '../../src/loading/bind-environment.ts';
import { bindScenarios } from '../../src/loading/bind-scenarios.ts';
import { readEnvironmentFile } from '../../src/loading/environment-file.ts';
import { readScenario } from '../../src/loading/scenario-files.ts';
import { textOfBytes } from '../../src/loading/text-file.ts';
import { chooseEnvironment } from '../../src/loading/validate.ts';
import { UsageError } from '../../src/model/errors.ts';
import { type Problem, sortProblems } from '../../src/model/problems.ts';
import { makePlan, type PlanRequest } from '../../src/session/plan.ts';
import { smallCatalogue, smallEnvironment, smallState } from '../../src/testing/fakes/small-catalogue.ts';
import type { Dice } from '../../src/testing/simulator/dice.ts';
import { spoilBytes, spoilText } from './spoil-text.ts';
import { spoilValue } from './spoil-value.ts';
import type { Subject, Taken } from './subject.ts';

const top = join(import.meta.dirname, '../..');
const ownEnvironment = readFileSync(join(top, 'windshear.yaml'), 'utf8');
const scenarios = readdirSync(join(top, 'scenarios'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .toSorted()
  .map((name) => readFileSync(join(top, 'scenarios', name), 'utf8'));

/** Longest that a problem may be: it is told on a line. */
const longestMessage = 2000;

/** Scenario files, of the project's own: read, bound to its environment, and planned where nothing is wrong. */
export function scenarioSubject(): Subject {
  const read = readEnvironmentFile('windshear.yaml', ownEnvironment);
  const environment = chooseEnvironment(read);
  if (!('environment' in environment)) throw new Error(environment.message);
  return {
    name: 'scenario',
    draw: (dice) => drawFile(dice, dice.pick(scenarios), scenarios),
    take: (bytes) => {
      const text = textOfBytes('s.yaml', bytes);
      if (typeof text !== 'string') return judged([text], '');
      const { file, problems } = readScenario(`${/^id: ([\w-]+)$/m.exec(text)?.[1] ?? 'other'}.yaml`, text);
      const binding = bindScenarios(file === undefined ? [] : [file], environment, catalogue);
      const all = sortProblems([...problems, ...binding.problems]);
      if (all.length === 0)
        planned({ environmentName: environment.name, ...environment, scenarios: binding.scenarios });
      return judged([...all, ...binding.warnings], text, all.length === 0);
    },
  };
}

/** Environment files: a small one with a small catalogue, and now and then the project's own with all plugins. */
export const environmentSubject: Subject = {
  name: 'environment',
  draw: (dice) =>
    dice.chance(0.1)
      ? drawFile(dice, ownEnvironment, [smallEnvironment])
      : drawFile(dice, smallEnvironment, [ownEnvironment]),
  take: (bytes) => {
    const text = textOfBytes('w.yaml', bytes);
    if (typeof text !== 'string') return judged([text], '');
    const file = readEnvironmentFile('w.yaml', text, text.includes('small') ? smallState : undefined);
    const plugins = text.includes('small') ? smallCatalogue : catalogue;
    const chosen = chooseEnvironment(file);
    const all = sortProblems([
      ...file.problems,
      ...environmentProblems(file, plugins),
      ...('environment' in chosen ? [] : [chosen]),
    ]);
    return judged(all, text);
  },
};

/** What a plan refuses, it refuses in a sentence. */
function planned(request: PlanRequest): void {
  try {
    makePlan(request);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

function drawFile(dice: Dice, text: string, others: readonly string[]): Uint8Array {
  const value = () => spoilValue(dice, parsedOnce(text), [parsedOnce(dice.pick(others))]);
  return dice.weigh<() => Uint8Array>([
    [4, () => Buffer.from(stringify(value(), { aliasDuplicateObjects: dice.chance(0.2) }))],
    [1, () => Buffer.from(JSON.stringify(value()) ?? 'null')],
    [4, () => Buffer.from(spoilText(dice, text))],
    [0.5, () => spoilBytes(dice, Buffer.from(text))],
  ])();
}

const values = new Map<string, unknown>();

function parsedOnce(text: string): unknown {
  if (!values.has(text)) values.set(text, parse(text));
  return values.get(text);
}

/** Every problem has a place that is in the file, or is about all of it; and a sentence that can be read. */
function judged(problems: readonly Problem[], text: string, accepted = problems.length === 0): Taken {
  const lines = text.split('\n');
  const outcome = accepted ? 'accepted' : 'rejected';
  for (const { line, column, message } of problems) {
    if (!/\w{3}/.test(message) || message.length > longestMessage)
      return { outcome, problem: `No sentence: ${message.slice(0, 300)}` };
    if (/undefined|\[object|NaN/.test(message) && !/undefined|\[object|NaN/.test(text))
      return { outcome, problem: `No sentence: ${message}` };
    if (line === undefined) continue;
    const inFile = line <= lines.length && (column ?? 1) <= (lines[line - 1]?.length ?? 0) + 2;
    if (!inFile) return { outcome, problem: `${line}:${column} is not in the file: ${message}` };
  }
  return { outcome };
}
