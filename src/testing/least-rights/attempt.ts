import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../../session/plan.ts';
import { readStagingState } from '../../staging/state.ts';
import { runsOf } from '../game-day/command-line.ts';
import { differencesTo } from '../game-day/leftovers.ts';
import { fullOutcomes, type Outcome, outcomesOf } from '../game-day/outcomes.ts';
import { flat } from '../game-day/sentences.ts';
import type { Workplace } from '../game-day/workplace.ts';
import { grant } from './grant.ts';
import type { Removal, Rights } from './removals.ts';

/**
 * How a run ended whose right was taken away: refused in `preflight`, `refused` by the first call that lacked it, or
 * `borne`, to the same verdicts as with it.
 */
export type Ending = 'preflight' | 'refused' | 'borne';

export interface Attempt {
  readonly ending?: Ending;
  /** What is not as it must be; empty where all is well. */
  readonly faults: readonly string[];
  readonly printed: string;
}

interface Ran {
  readonly code: number | undefined;
  readonly printed: string;
  readonly outcome: Outcome | undefined;
  readonly left: readonly string[];
}

/** Reads what `plan` prints for scenarios alone. */
export async function printedRights(work: Workplace, ...scenarios: readonly string[]): Promise<Rights> {
  const { stdout } = await work.windshear('plan', '--json', ...scenarios);
  const { policies, roles } = JSON.parse(stdout) as Plan;
  return { policies, roles };
}

/** Runs a scenario with exactly the printed rights: the verdicts must be those of a whole game day. */
export async function attemptWhole(work: Workplace, scenario: string, rights: Rights): Promise<Attempt> {
  const { outcome, left, printed } = await runWith(work, scenario, rights);
  const isFull = isDeepStrictEqual(outcome, fullOutcomes[scenario]);
  return { printed, faults: [...left, ...(isFull ? [] : [`came to ${JSON.stringify(outcome)}`])] };
}

/** Runs a scenario without one right, and says how it ended. */
export async function attemptWithout(work: Workplace, scenario: string, removal: Removal): Promise<Attempt> {
  const ran = await runWith(work, scenario, removal.rest);
  const { code, printed, outcome, left } = ran;
  const text = flat(printed);
  if (code === 4)
    return {
      ending: 'preflight',
      printed,
      faults: [...left, ...(text.includes('Nothing was touched') ? [] : ['said not that nothing was touched'])],
    };
  if (isDeepStrictEqual(outcome, fullOutcomes[scenario])) {
    const isKnown = bearable.some(({ right, says }) => right.test(removal.right) && says.test(text));
    return { ending: 'borne', printed, faults: [...left, ...(isKnown ? [] : ['came to the same verdicts'])] };
  }
  const named = removal.names.some((name) => text.includes(name));
  return {
    ending: 'refused',
    printed,
    faults: [
      ...left,
      ...(code === 1 || code === 3 ? [] : [`ended with ${code}`]),
      ...(named ? [] : ['named not the right that it lacked']),
    ],
  };
}

/** Without these a run may come to the same verdicts, and why that is no gap of what `plan` prints. */
export const bearable: readonly { readonly right: RegExp; readonly says: RegExp; readonly why: string }[] = [
  {
    right: /^iam:SimulatePrincipalPolicy/,
    says: /^/,
    why: 'the embedded staging goes on with rights that nobody could confirm',
  },
  {
    right: /^(iam:GetRole on \S*windshear-canary|get namespaces\/windshear-canary)/,
    says: /Raising the rule canary of \S+ failed/,
    why: "the tool's own test still proves the path, and what could not be raised is said",
  },
  {
    right: /^iam:CreateAccessKey on \S*user\/break-glass-admin$/,
    says: /^/,
    why: 'an explicit deny, the guardrail under test, refuses it with or without an allow',
  },
  {
    right: /^watch /,
    says: /Watching what '\S+' changed failed/,
    why: 'without it the state is polled only, and that is said',
  },
  {
    right: /^ec2:CreateTags/,
    says: /^/,
    why: 'the emulator asks for ec2:RunInstances alone to launch a tagged instance',
  },
];

/** What a run that made no journal leaves. */
const nothingToRecover = { code: 0, stdout: 'Nothing to recover', stderr: '' };

async function runWith(work: Workplace, scenario: string, rights: Rights): Promise<Ran> {
  const state = await readStagingState(`${work.folder}/.windshear/staging`);
  if (state === undefined) throw new Error('The staging is down.');
  await grant(state, rights);
  const untouched = await work.account();
  const earlier = await runsOf(work.folder);
  const { code, stdout, stderr } = await work.windshear('run', scenario);
  const outcome = code === 4 ? undefined : outcomesOf(await work.scorecard())[scenario];
  const differing = await differencesTo(work, untouched);
  const hasJournal = (await runsOf(work.folder)).length > earlier.length;
  const recovered = hasJournal ? await work.windshear('recover') : nothingToRecover;
  const isClean = recovered.code === 0 && recovered.stdout.startsWith(nothingToRecover.stdout);
  return {
    code,
    outcome,
    printed: `${stdout}\n${stderr}`,
    left: [
      ...(differing.length === 0 ? [] : [`left the staging different in ${differing.join(', ')}`]),
      ...(isClean ? [] : [`left something to recover: ${recovered.stdout}${recovered.stderr}`]),
    ],
  };
}
