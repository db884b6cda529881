import { expect } from 'chai';
import { RefusedError } from '../model/errors.ts';
import type { AnyLoad } from '../model/load.ts';
import { boundFault, boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { switchFault } from '../testing/fakes/memory-world.ts';
import { checkBudgets } from './budgets.ts';

const fault = switchFault();
const faults = (count: number) => Array.from({ length: count }, (_, n) => boundFault(fault, `s-${n}`));

describe('checkBudgets', () => {
  it('adds up resources once each, exposure and writes by trial, and the control once', () => {
    const bound = boundScenario(
      { faults: faults(2), control: [boundFault(fault, 's-0')] },
      { maxExposure: '30s', trials: 3 },
    );
    expect(used(checkBudgets(run([bound])))).to.deep.equal({
      concurrentFaults: 2,
      resources: 2,
      exposureMinutes: 1.5,
      // 2 faults × (1 inject + 1 revert) × 3 trials, and the control's 2.
      apiWrites: 14,
      load: 0,
      virtualUsers: 0,
    });
  });

  it('takes the longest horizon as exposure where no maxExposure is given', () => {
    expect(used(checkBudgets(run([boundScenario({ faults: faults(1) })]))).exposureMinutes).to.equal(0.2);
  });

  it('adds up what all loads send a second, and refuses what is over', () => {
    const definition = { ratePerSecond: ({ rate }: { rate: number }) => rate } as unknown as AnyLoad;
    const load = (rate: number) => ({
      ...boundScenario({ faults: faults(1) }),
      load: { use: { type: 'http' } as never, definition, params: { rate } },
    });
    expect(used(checkBudgets(run([load(200), load(300)]))).load).to.equal(500);
    expect(() => checkBudgets(run([load(200), load(301)]))).to.throw(
      RefusedError,
      'requests a second of load 501 of 500 (budgets.load)',
    );
  });

  it('counts each thing that a fault makes under one name', () => {
    const sprawl = { ...fault, leaves: () => 5 } as unknown as typeof fault;
    const bound = boundScenario({ faults: [boundFault(sprawl, 'new-*')], control: [boundFault(fault, 'new-*')] });
    expect(used(checkBudgets(run([bound]))).resources).to.equal(5);
  });

  it('adds up the virtual users of all loads, and refuses what is over', () => {
    const definition = { ratePerSecond: () => 1, virtualUsers: (p: { users: number }) => p.users };
    const load = (users: number) => ({
      ...boundScenario({ faults: faults(1) }),
      load: { use: { type: 'k6' } as never, definition: definition as unknown as AnyLoad, params: { users } },
    });
    expect(used(checkBudgets(run([load(400), load(600)]))).virtualUsers).to.equal(1000);
    expect(() => checkBudgets(run([load(400), load(601)]))).to.throw(
      RefusedError,
      'virtual users of load 1001 of 1000 (budgets.virtualUsers)',
    );
  });

  it("counts the trials of the command line in place of the scenario's", () => {
    const uses = checkBudgets({ ...run([boundScenario({ faults: faults(1) }, { trials: 9 })]), trials: 2 });
    expect(used(uses).apiWrites).to.equal(4);
  });

  it('counts no reading action as a write', () => {
    const reading = {
      ...fault,
      permissions: {
        inject: ['s3:PutBucketPolicy', 's3:GetBucketPolicy', 'get pods'],
        observe: ['a:PutX'],
        revert: ['s3:ListBucket', 'create pods'],
      },
    };
    expect(used(checkBudgets(run([boundScenario({ faults: [boundFault(reading)] })]))).apiWrites).to.equal(2);
  });

  for (const [name, budgets, more, phrase] of [
    ['too many resources', { resources: 2 }, {}, 'resources touched 3 of 2 (budgets.resources)'],
    ['more faults at once than allowed', { concurrentFaults: 2 }, {}, 'faults at once 3 of 2'],
    [
      'too long an exposure in all',
      { exposureMinutes: 1 },
      { maxExposure: '30s', trials: 4 },
      'minutes of exposure 2 of 1',
    ],
    ['too many writes', { apiWrites: 5 }, {}, 'API writes 6 of 5'],
    [
      'too long an exposure of one trial',
      { maxExposure: '10s' },
      { maxExposure: '30s' },
      "maxExposure of 'flip' is 30 s, longest allowed 10 s",
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      const refusal = thrown(() => checkBudgets(run([boundScenario({ faults: faults(3) }, more)], { budgets })));
      expect(refusal).to.include({ code: 'over-budget', exitCode: 4 });
      expect(String(refusal)).to.include(phrase).and.include('Nothing was touched');
    });
  }

  it('names everything that is over at once', () => {
    const budgets = { resources: 1, apiWrites: 1 };
    const text = String(thrown(() => checkBudgets(run([boundScenario({ faults: faults(3) })], { budgets }))));
    expect(text).to.include('resources touched').and.include('API writes');
  });

  it('refuses a scenario without maxExposure in a live environment', () => {
    const refusal = thrown(() => checkBudgets(run([boundScenario({ faults: faults(1) })], { staging: 'live' })));
    expect(String(refusal)).to.include("maxExposure of 'flip' is required");
  });
});

function run(scenarios: readonly ReturnType<typeof boundScenario>[], more: Readonly<Record<string, unknown>> = {}) {
  return { environmentName: 'staging', environment: environmentOf(more), scenarios };
}

function used(uses: ReturnType<typeof checkBudgets>): Partial<Record<(typeof uses)[number]['budget'], number>> {
  return Object.fromEntries(uses.map((use) => [use.budget, use.used]));
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('expected it to throw');
}
