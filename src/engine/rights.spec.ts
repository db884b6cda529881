import { expect } from 'chai';
import { CallError } from '../model/call.ts';
import type { RightCheck, Target } from '../model/target.ts';
import { boundFault, boundScenario, environmentOf } from '../testing/fakes/bound-scenario.ts';
import { MemoryWorld, switchFault, worldTarget } from '../testing/fakes/memory-world.ts';
import { rejection } from '../testing/rejection.ts';
import { checkRights } from './rights.ts';

const fault = switchFault();
const act = switchFault({ kind: 'act' });

describe('checkRights', () => {
  it('asks for what reading back and reverting need, and as the tester for what injecting needs, on what is touched', async () => {
    const { run, asked } = staged('allowed');
    await checkRights(run);
    expect(asked).to.deep.equal([
      { as: 'revert', actions: ['world:read', 'world:remove'], resources: ['s-1'] },
      { as: 'tester', actions: ['world:add'], resources: ['s-1'] },
    ]);
  });

  it('asks on what a fault makes too, whose names the platform picks', async () => {
    const { run, asked } = staged('allowed', { faults: [boundFault({ ...fault, makes: ['instance/*'] })] });
    await checkRights(run);
    expect(toRevert(asked)).to.deep.equal([['s-1', 'instance/*']]);
  });

  it('asks once for faults of the same kind on the same resources', async () => {
    const { run, asked } = staged('allowed', {
      faults: [boundFault(fault), boundFault(fault), boundFault(fault, 's-2')],
    });
    await checkRights(run);
    expect(toRevert(asked)).to.deep.equal([['s-1'], ['s-2']]);
  });

  it('asks for the control too, and of an act, which is never taken back, as the tester alone', async () => {
    const { run, asked } = staged('allowed', { faults: [boundFault(act, 's-0')], control: [boundFault(fault, 's-9')] });
    await checkRights(run);
    expect(toRevert(asked)).to.deep.equal([['s-9']]);
    expect(asked.filter(({ as }) => as === 'tester').map((one) => one.resources)).to.deep.equal([['s-0'], ['s-9']]);
  });

  for (const staging of ['embedded', 'live'] as const) {
    it(`refuses a denied right in a ${staging} environment and names action, resource and reason`, async () => {
      const { run } = staged('denied', { environment: { staging } });
      const refusal = await rejection(checkRights(run));
      expect(refusal).to.include({ code: 'revert-denied', exitCode: 4 });
      expect(String(refusal)).to.include("world:remove on s-1 for 'world.switch' is denied (because)");
    });
  }

  it('goes on unproven in the embedded staging', async () => {
    const rights = await checkRights(staged('unproven').run);
    expect(rights.map((right) => right.answer)).to.deep.equal(['unproven', 'unproven', 'allowed']);
  });

  for (const staging of ['embedded', 'live'] as const) {
    it(`refuses a run whose tester lacks a right in a ${staging} environment, and says whose it is`, async () => {
      const { run } = staged('allowed', { environment: { staging }, tester: 'denied' });
      const refusal = await rejection(checkRights(run));
      expect(refusal).to.include({ code: 'inject-denied', exitCode: 4 });
      expect(String(refusal)).to.include("world:add on s-1 for 'world.switch' is denied (because)");
      expect(String(refusal)).to.include('Nothing was touched. Grant it to the tester.');
    });
  }

  it('names all that is denied to either identity at once', async () => {
    const refusal = await rejection(checkRights(staged('denied', { tester: 'denied' }).run));
    expect(refusal).to.include({ code: 'revert-denied' });
    expect(String(refusal)).to.include('world:remove on s-1').and.include('world:add on s-1');
    expect(String(refusal)).to.include('Grant it to the identity that reverts, and to the tester.');
  });

  it("goes on unproven of the tester's rights, since its first refused call ends the trial", async () => {
    const { run } = staged('allowed', { environment: { staging: 'live' }, tester: 'unproven' });
    expect((await checkRights(run)).map(({ answer }) => answer)).to.deep.equal(['allowed', 'allowed', 'unproven']);
  });

  it('refuses an unproven right in a live environment', async () => {
    const refusal = await rejection(checkRights(staged('unproven', { environment: { staging: 'live' } }).run));
    expect(String(refusal)).to.include('allowUnprovenRevert');
  });

  it('goes on unproven in a live environment that allows every such action by name', async () => {
    const allowed = (allowUnprovenRevert: string[]) =>
      checkRights(staged('unproven', { environment: { staging: 'live', allowUnprovenRevert } }).run);
    expect(await allowed(['world:read', 'world:remove'])).to.have.length(3);
    expect(String(await rejection(allowed(['world:remove'])))).to.include('world:read');
  });

  it('takes the control of the same kind as the proof of the fault, not of itself', async () => {
    const environment = { staging: 'live', allowUnprovenRevert: ['world:read'] };
    const both = { faults: [boundFault(fault)], control: [boundFault(fault, 's-2')], environment };
    const text = String(await rejection(checkRights(staged('unproven', both).run)));
    expect(text).to.include('world:remove on s-2').and.not.include('world:remove on s-1');
  });

  it('takes a platform that refuses the question for one that cannot say', async () => {
    const { run } = staged(new CallError('denied', 'AccessDenied', 'no simulation for you'));
    expect(new Set((await checkRights(run)).map((right) => right.answer))).to.deep.equal(new Set(['unproven']));
  });

  it('ends with 5 where the platform does not answer', async () => {
    const { run } = staged(new CallError('unanswered', 'Timeout', 'no answer'));
    expect(await rejection(checkRights(run))).to.include({ exitCode: 5 });
  });
});

interface Staged {
  readonly faults?: ReturnType<typeof boundFault>[];
  readonly control?: ReturnType<typeof boundFault>[];
  readonly environment?: Readonly<Record<string, unknown>>;
  /** What is answered of the tester's rights; allowed unless told otherwise. */
  readonly tester?: RightCheck['answer'];
}

interface Question {
  readonly as: RightCheck['as'];
  readonly resources: readonly string[];
}

function toRevert(asked: readonly Question[]): readonly (readonly string[])[] {
  return asked.filter(({ as }) => as === 'revert').map(({ resources }) => resources);
}

function staged(answer: RightCheck['answer'] | Error, more: Staged = {}) {
  const asked: unknown[] = [];
  const target: Target = {
    ...worldTarget(new MemoryWorld()),
    checkRights: async (request) => {
      asked.push(request);
      if (answer instanceof Error) throw answer;
      const given = request.as === 'tester' ? (more.tester ?? 'allowed') : answer;
      return request.actions.map((action) => ({ action, as: request.as, answer: given, why: 'because' }));
    },
  };
  const run = {
    environmentName: 'staging',
    environment: environmentOf(more.environment),
    scenarios: [boundScenario({ faults: more.faults ?? [boundFault(fault)], control: more.control ?? [] })],
    targets: new Map([['aws' as const, target]]),
    stop: new AbortController().signal,
  };
  return { run, asked: asked as readonly Question[] };
}
