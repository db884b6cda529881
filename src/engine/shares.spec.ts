import { expect } from 'chai';
import { CallError, type CallErrorKind } from '../model/call.ts';
import type { PeerSet } from '../model/peers.ts';
import { boundFault, boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { MemoryWorld, switchFault, worldTarget } from '../testing/fakes/memory-world.ts';
import { rejection } from '../testing/rejection.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World } from '../testing/world/world.ts';
import { runScenarios } from './run.ts';
import { checkShares } from './shares.ts';

const fault = switchFault();
const creator = { ...fault, leaves: () => 3 } as unknown as typeof fault;

describe('checkShares', () => {
  it('divides what is touched by what exists, by set', async () => {
    const scenarios = [scenarioOf(['a', 'b', 'a']), scenarioOf(['b', 'c'])];
    const uses = await checkShares(staged({ scenarios, existing: 10, share: { namespace: '30%' } }));
    expect(uses).to.deep.equal([
      { share: 'namespace', set: 'pods of namespace prod', touched: 3, existing: 10, used: 0.3, allowed: 0.3 },
    ]);
  });

  it('refuses what is over, with both figures and the budget', async () => {
    const refusal = await rejection(checkShares(staged({ existing: 4, share: { namespace: '20%' } })));
    expect(refusal).to.include({ code: 'over-budget', exitCode: 4 });
    expect(String(refusal))
      .to.include('1 of 4 pods of namespace prod, which is 25% of at most 20% (budgets.share.namespace)')
      .and.include('Nothing was touched');
  });

  it('counts each thing that a fault makes, beside those of the same trial and not of another', async () => {
    const two = { faults: [boundFault(creator, 'new-*'), boundFault(creator, 'new-*')] };
    const scenarios = [boundScenario(two), boundScenario({ faults: [boundFault(creator, 'new-*')] })];
    const [use] = await checkShares(staged({ scenarios, existing: 60, share: { namespace: '10%' } }));
    expect(use?.touched).to.equal(6);
  });

  it('takes what is touched where nothing of its kind exists for all of it', async () => {
    const refusal = await rejection(checkShares(staged({ existing: 0, share: { namespace: '99%' } })));
    expect(String(refusal)).to.include('which is 100% of at most 99%');
  });

  it('asks nothing where no share is capped, and lets a share pass that has no cap of its own', async () => {
    const { run, asked } = counting({});
    expect(await checkShares(run)).to.deep.equal([]);
    expect(asked).to.equal(0);
    expect(await checkShares(staged({ existing: 1, share: { roles: '1%' } }))).to.deep.equal([]);
  });

  for (const [kind, exitCode] of [
    ['denied', 4],
    ['invalid', 4],
    ['unanswered', 5],
  ] satisfies [CallErrorKind, number][]) {
    it(`ends with ${exitCode} where the question is ${kind}`, async () => {
      const failure = new CallError(kind, 'Code', 'no answer');
      expect(await rejection(checkShares(staged({ failure, share: { namespace: '50%' } })))).to.include({ exitCode });
    });
  }
});

describe('runScenarios over a share', () => {
  it('injects nothing', async () => {
    const at = new World();
    at.resources.set('bucket', 'private');
    const flip = { type: 'sim.flip', with: { resource: 'bucket', value: 'public' } };
    const scenario = worldScenario(at, { id: 'flip', faults: [flip], expect: {} });
    const set = { share: 'namespace', set: 'buckets', members: ['bucket'], existing: 2 } as const;
    const targets = new Map([['aws' as const, { ...at.target(), countPeers: async () => [set] }]]);
    const request = worldRequest(at, [scenario], { targets });
    const environment = { ...request.environment, budgets: budgetsOf({ namespace: '49%' }) };
    expect(await rejection(runScenarios({ ...request, environment }))).to.include({ code: 'over-budget' });
    expect(at.events.filter(({ action }) => action === 'write')).to.deep.equal([]);
  });
});

function scenarioOf(names: readonly string[]) {
  return boundScenario({ faults: names.map((name) => boundFault(fault, name)) });
}

function budgetsOf(share: Readonly<Record<string, string>>) {
  return environmentOf({ budgets: { share } }).budgets;
}

interface Staged {
  readonly scenarios?: readonly ReturnType<typeof boundScenario>[];
  readonly existing?: number;
  readonly share?: Readonly<Record<string, string>>;
  readonly failure?: CallError;
}

function counting({ scenarios = [scenarioOf(['a'])], existing = 1, share = {}, failure }: Staged) {
  const seen = { asked: 0 };
  const countPeers = async (members: readonly string[]): Promise<readonly PeerSet[]> => {
    seen.asked++;
    if (failure !== undefined) throw failure;
    return [{ share: 'namespace', set: 'pods of namespace prod', members, existing }];
  };
  const target = { ...worldTarget(new MemoryWorld()), countPeers };
  const environment = environmentOf({ budgets: { share } });
  const run = { environmentName: 'staging', environment, scenarios, targets: new Map([['aws' as const, target]]) };
  return {
    run: { ...run, stop: new AbortController().signal },
    get asked() {
      return seen.asked;
    },
  };
}

function staged(more: Staged) {
  return counting(more).run;
}
