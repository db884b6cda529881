import { expect } from 'chai';
import { type Ended, runsOf, stepsOf } from './command-line.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** Steps of a journal at which the harness is killed: every phase from arm to listen. */
const steps: Readonly<Record<string, readonly string[]>> = {
  'bucket-policy-flip': [
    'trial-started',
    'control 0 acknowledged',
    'fault 1 intent',
    'fault 1 acknowledged',
    'fault 1 reverting',
    'fault 1 verified',
    'fault 0 verified',
  ],
  'rogue-instance': [
    'trial-started',
    'control 0 acknowledged',
    'control 0 reverted',
    'fault 0 intent',
    'fault 0 acknowledged',
    'fault 0 reverting',
    'fault 0 reverted',
    'fault 0 verified',
  ],
};

describe('windshear recover after kill -9', function () {
  this.timeout(420_000);
  const seen = new Map<string, Promise<Recovered>>();

  before(async () => {
    await Promise.all(Object.keys(steps).map((scenario) => killAgainAndAgain(scenario, seen)));
  });

  for (const [scenario, names] of Object.entries(steps)) {
    for (const step of names) {
      it(`leaves the account as it was where ${scenario} was killed at '${step}'`, async () => {
        const recovered = await seen.get(`${scenario} ${step}`);
        expect(recovered?.stepsThen, 'the run was not in the middle').not.to.include('run-ended');
        expect(recovered?.first.code, recovered?.first.stderr).to.equal(0);
        expect(recovered?.account).to.deep.equal(recovered?.untouched);
        expect(recovered?.second).to.deep.include({
          code: 0,
          stdout: 'Nothing to recover: no dead run has left anything in.',
        });
        expect(recovered?.left, 'pre-images and locks').to.deep.equal([]);
      });
    }
  }
});

interface Recovered {
  readonly untouched: unknown;
  readonly stepsThen: readonly string[];
  readonly first: Ended;
  readonly second: Ended;
  readonly account: unknown;
  readonly left: readonly string[];
}

/** All kills of a scenario share a staging, so that a later one also shows what an earlier one left. */
async function killAgainAndAgain(scenario: string, seen: Map<string, Promise<Recovered>>): Promise<void> {
  const work = await openWorkplace();
  try {
    await work.hasten(scenario, '500ms');
    // What nobody meets makes the trial listen on.
    const unmet = '    - { detector: trail-rules, rule: no-such-rule, within: 500ms }\n';
    await work.edit(`scenarios/aws/${scenario}.yaml`, (text) => text.replace('maxExposure', `${unmet}maxExposure`));
    await work.up();
    const untouched = await work.account();
    for (const step of steps[scenario] ?? []) {
      const recovered = killedAt(work, scenario, step).then((rest) => ({ untouched, ...rest }));
      seen.set(`${scenario} ${step}`, recovered);
      await Promise.allSettled([recovered]);
    }
  } finally {
    await work.close();
  }
}

async function killedAt(work: Workplace, scenario: string, step: string): Promise<Omit<Recovered, 'untouched'>> {
  const going = work.start('run', scenario);
  await going.reached(step);
  going.kill('SIGKILL');
  await going.ended;
  const stepsThen = await stepsOf(work.folder, (await runsOf(work.folder)).at(-1) ?? '');
  const first = await work.windshear('recover');
  const [account, second] = await Promise.all([work.account(), work.windshear('recover')]);
  return { stepsThen, first, second, account, left: [...(await work.files('.windshear/state')).keys()] };
}
