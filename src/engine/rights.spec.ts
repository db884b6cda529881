import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import type { RightCheck, Target } from '../model/target.ts';
import { boundFault, boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { MemoryWorld, switchFault, worldTarget } from '../testing/fakes/memory-world.ts';
import { rejection } from '../testing/rejection.ts';
import { checkRevertRights } from './rights.ts';

const fault = switchFault();
const act = switchFault({ kind: 'act' });

describe('checkRevertRights', () => {
  it('asks for what reading back and reverting need, as the revert identity, on what is touched', async () => {
    const { run, asked } = staged('allowed');
    await checkRevertRights(run);
    expect(asked).to.deep.equal([{ as: 'revert', actions: ['world:read', 'world:remove'], resources: ['s-1'] }]);
  });

  it('asks on what a fault makes too, whose names the platform picks', async () => {
    const { run, asked } = staged('allowed', { faults: [boundFault({ ...fault, makes: ['instance/*'] })] });
    await checkRevertRights(run);
    expect(asked.map((one) => one.resources)).to.deep.equal([['s-1', 'instance/*']]);
  });

  it('asks once for faults of the same kind on the same resources', async () => {
    const { run, asked } = staged('allowed', {
      faults: [boundFault(fault), boundFault(fault), boundFault(fault, 's-2')],
    });
    await checkRevertRights(run);
    expect(asked.map((one) => one.resources)).to.deep.equal([['s-1'], ['s-2']]);
  });

  it('asks for the control too, and not for an act', async () => {
    const { run, asked } = staged('allowed', { faults: [boundFault(act, 's-0')], control: [boundFault(fault, 's-9')] });
    await checkRevertRights(run);
    expect(asked.map((one) => one.resources)).to.deep.equal([['s-9']]);
  });

  for (const staging of ['embedded', 'live'] as const) {
    it(`refuses a denied right in a ${staging} environment and names action, resource and reason`, async () => {
      const { run } = staged('denied', { environment: { staging } });
      const refusal = await rejection(checkRevertRights(run));
      expect(refusal).to.include({ code: 'revert-denied', exitCode: 4 });
      expect(String(refusal)).to.include("world:remove on s-1 for 'world.switch' is denied (because)");
    });
  }

  it('goes on unproven in the embedded staging', async () => {
    const rights = await checkRevertRights(staged('unproven').run);
    expect(rights.map((right) => right.answer)).to.deep.equal(['unproven', 'unproven']);
  });

  it('refuses an unproven right in a live environment', async () => {
    const refusal = await rejection(checkRevertRights(staged('unproven', { environment: { staging: 'live' } }).run));
    expect(String(refusal)).to.include('allowUnprovenRevert');
  });

  it('goes on unproven in a live environment that allows every such action by name', async () => {
    const allowed = (allowUnprovenRevert: string[]) =>
      checkRevertRights(staged('unproven', { environment: { staging: 'live', allowUnprovenRevert } }).run);
    expect(await allowed(['world:read', 'world:remove'])).to.have.length(2);
    expect(String(await rejection(allowed(['world:remove'])))).to.include('world:read');
  });

  it('takes the control of the same kind as the proof of the fault, not of itself', async () => {
    const environment = { staging: 'live', allowUnprovenRevert: ['world:read'] };
    const both = { faults: [boundFault(fault)], control: [boundFault(fault, 's-2')], environment };
    const text = String(await rejection(checkRevertRights(staged('unproven', both).run)));
    expect(text).to.include('world:remove on s-2').and.not.include('world:remove on s-1');
  });

  it('takes a platform that refuses the question for one that cannot say', async () => {
    const { run } = staged(new CallError('denied', 'AccessDenied', 'no simulation for you'));
    expect((await checkRevertRights(run)).map((right) => right.answer)).to.deep.equal(['unproven', 'unproven']);
  });

  it('ends with 5 where the platform does not answer', async () => {
    const { run } = staged(new CallError('unanswered', 'Timeout', 'no answer'));
    expect(await rejection(checkRevertRights(run))).to.include({ exitCode: 5 });
  });
});

interface Staged {
  readonly faults?: ReturnType<typeof boundFault>[];
  readonly control?: ReturnType<typeof boundFault>[];
  readonly environment?: Readonly<Record<string, unknown>>;
}

function staged(answer: RightCheck['answer'] | Error, more: Staged = {}) {
  const asked: unknown[] = [];
  const target: Target = {
    ...worldTarget(new MemoryWorld()),
    checkRights: async (request) => {
      asked.push(request);
      if (answer instanceof Error) throw answer;
      return request.actions.map((action) => ({ action, as: request.as, answer, why: 'because' }));
    },
  };
  const run = {
    environmentName: 'staging',
    environment: environmentOf(more.environment),
    scenarios: [boundScenario({ faults: more.faults ?? [boundFault(fault)], control: more.control ?? [] })],
    targets: new Map([['aws' as const, target]]),
    stop: new AbortController().signal,
  };
  return { run, asked: asked as { readonly resources: readonly string[] }[] };
}
