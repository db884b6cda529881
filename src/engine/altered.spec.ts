import { expect } from 'chai';
import type { AnyFault, FaultDefinition } from '../model/fault.ts';
import type { GuardrailResult } from '../model/scorecard.ts';
import { injected, t0 } from '../testing/facts.ts';
import { worldRequest, worldScenario } from '../testing/world/request.ts';
import { World, type WorldClients } from '../testing/world/world.ts';
import { type GuardrailCase, judgeGuardrail } from './judge-guardrail.ts';
import { runScenarios } from './run.ts';
import { lastStablePeriod, type StateRead } from './state-reads.ts';

const mine = { whose: 'mine', evidence: 'role/fixer' } as const;

function world(): World {
  const at = new World();
  at.resources.set('bucket', 'private');
  return at;
}

/** Plays a fault that first writes elsewhere, of which the guard refuses the rest. */
async function guardAfterWrites(elsewhere: readonly string[]): Promise<GuardrailResult | undefined> {
  const at = world();
  at.guard = (_resource, value) => (value === 'public' ? { code: 'Guard', message: 'no' } : undefined);
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { guardrails: [{ guardrail: 'guard', outcome: 'prevented', within: '4s' }] },
  });
  const faults = scenario.faults.map((one) => {
    const flip = one.definition as unknown as FaultDefinition<never, WorldClients>;
    const inject: typeof flip.inject = async (ctx, p, before) => {
      for (const resource of elsewhere) await ctx.clients.write(resource, 'open');
      return flip.inject(ctx, p, before);
    };
    return { ...one, definition: { ...flip, inject } as unknown as AnyFault };
  });
  const { scorecard } = await runScenarios(worldRequest(at, [{ ...scenario, faults }]));
  return scorecard.scenarios[0]?.trials[0]?.guardrails[0];
}

/** Plays a fault after which somebody writes a value, and answers what was made of the guardrail. */
async function guardrailAfter(value: string): Promise<GuardrailResult | undefined> {
  const at = world();
  at.onWrite = (event) => {
    if (event.value === 'public')
      at.later(300, () => at.write({ actor: 'role/fixer', userAgent: 'fixer' }, 'bucket', value));
  };
  const scenario = worldScenario(at, {
    id: 'flip',
    faults: [{ type: 'sim.flip', with: { resource: 'bucket', value: 'public' } }],
    expect: { guardrails: [{ guardrail: 'fixer', outcome: 'reverted', within: '4s' }] },
  });
  const { scorecard } = await runScenarios(worldRequest(at, [scenario]));
  return scorecard.scenarios[0]?.trials[0]?.guardrails[0];
}

function read(atMs: number, instead?: StateRead['instead']): StateRead {
  const present = atMs < 1000;
  return {
    ...{ sentMonoMs: t0.monoMs + atMs, receivedMonoMs: t0.monoMs + atMs, present },
    ...(present || instead === undefined ? {} : { instead }),
  };
}

function judged(more: Partial<GuardrailCase>) {
  const expectation = { id: 'fixer/reverted', guardrail: 'fixer', outcome: 'reverted', sloMs: 4000 } as const;
  const facts = {
    settleMs: 0,
    revertBy: mine,
    auditSources: [],
    onlyWriter: false,
    stabilityMs: 3000,
    nowMonoMs: t0.monoMs + 12_500,
  };
  const { result } = judgeGuardrail({ expectation, fault: injected, reads: [], ...facts, ...more });
  return [result.verdict, result.reasonCode, result.reason];
}

describe('a fault of which a part is there, or that somebody alters', () => {
  it('J16: is not taken back, and what it is now is for people to judge', async () => {
    const guardrail = await guardrailAfter('public-to-some');
    expect([guardrail?.verdict, guardrail?.reasonCode]).to.deep.equal(['inconclusive', 'altered']);
    expect((await guardrailAfter('private'))?.verdict).to.equal('reverted');
  });

  it('J16: is still in where a part of it is', () => {
    const reads = [0, 1000, 6000, 12_000].map((atMs) => read(atMs, 'part'));
    expect(judged({ reads })).to.deep.equal(['absent', 'still-in', 'A part of the fault was still in after 12 s.']);
    expect(lastStablePeriod(reads)).to.equal(undefined);
  });

  it('J15: was not prevented where a part of it had gone through before the rest was refused', async () => {
    const half = await guardAfterWrites(['shelf', 'drawer']);
    expect([half?.verdict, half?.reasonCode]).to.deep.equal(['absent', 'not-prevented']);
    expect(half?.reason).to.equal('guard refused only what came after 2 changes of the fault had gone through.');
    expect((await guardAfterWrites([]))?.verdict).to.equal('prevented');
  });
});
