import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import type { FaultPermissions } from '../../model/fault.ts';
import { findMarkers } from '../../model/marker.ts';
import { contains } from '../../model/subjects.ts';
import { fakeSecret } from '../fakes/aws-iam.ts';
import type { CallFate } from '../fakes/unreliable-aws.ts';
import { foreignSecret } from './aws-world.ts';
import type { ContractCase } from './contract-case.ts';
import { type ContractOptions, type Fault, marker, setUp, signal } from './fault-stage.ts';
import { expectTold } from './watch-claim.ts';

const fates: readonly Exclude<CallFate, 'proceed'>[] = [
  'denied',
  'throttled',
  'failed',
  'unanswered-before-acting',
  'unanswered-after-acting',
];

/** Describes what every fault owes (DESIGN §5), for each of its cases. */
export function describeFaultContract<Clients>(options: ContractOptions<Clients>): void {
  for (const one of options.faults) {
    const fault = one as unknown as Fault<Clients>;
    describe(`fault ${fault.type}`, () => {
      describeLiteral(fault, options);
      for (const example of options.cases[fault.type] ?? []) {
        describe(example.name, () => {
          if (fault.kind === 'act') {
            describeAct(fault, example, options);
            return;
          }
          describeEffect(fault, example, options);
          if (options.extent === 'effects') return;
          describeRevert(fault, example, options);
          describeTrouble(fault, example, options);
          describeOthers(fault, example, options);
        });
      }
    });
  }
}

function describeLiteral<Clients>(fault: Fault<Clients>, options: ContractOptions<Clients>): void {
  it('has the id of its file', () => {
    const [platform = '', ...rest] = fault.type.split('.');
    const file = rest.length === 0 ? platform : `${platform}/${rest.join('.')}`;
    expect(existsSync(`${options.sourceFolder}/faults/${file}.ts`)).to.equal(true);
  });

  it('has an example that its own schema leaves as it is', () => {
    expect(fault.params.parse(fault.example)).to.deep.equal(fault.example);
  });

  it('has at least one case in the contract', () => {
    expect(options.cases[fault.type] ?? []).to.not.have.length(0);
  });

  it('declares a blast radius and ATT&CK v19 techniques by their ids', () => {
    expect(fault.touches(fault.example)).to.not.have.length(0);
    for (const technique of fault.techniques) expect(technique).to.match(/^T\d{4}(\.\d{3})?$/);
  });
}

function describeEffect<Clients>(
  fault: Fault<Clients>,
  example: ContractCase<Clients>,
  options: ContractOptions<Clients>,
): void {
  it('is seen as ours after the injection and leaves the target equal after the revert', async () => {
    const stage = await setUp(fault, example, options);
    expect((await stage.observe({})).status).to.equal('before');
    const after = await stage.inject();
    expect((await stage.observe(after)).status).to.equal('ours');
    expect((await stage.revert(after)).outcome).to.equal('removed');
    expect((await stage.observe(after)).status).to.equal('before');
    expect(await stage.dump()).to.deep.equal(stage.untouched);
  });
}

/** An act is done once and leaves nothing, so there is nothing to take back. */
function describeAct<Clients>(
  fault: Fault<Clients>,
  example: ContractCase<Clients>,
  options: ContractOptions<Clients>,
): void {
  it('is known by its acknowledgement alone, and leaves the target as it was', async () => {
    const stage = await setUp(fault, example, options);
    expect((await stage.observe({})).status).to.equal('before');
    const after = await stage.inject();
    expect((await stage.observe(after)).status).to.equal('ours');
    expect((await stage.revert(after)).outcome).to.equal('already-gone');
    expect(await stage.dump()).to.deep.equal(stage.untouched);
  });

  it('shows no secret, and uses the permissions it declares and no others', async () => {
    const stage = await setUp(fault, example, options);
    const declared = permissionsOf(fault, stage.params);
    const after = await stage.inject();
    const said = JSON.stringify([stage.before, after, await stage.observe(after)]);
    expect(said).to.not.include(fakeSecret).and.not.include(foreignSecret);
    for (const part of ['inject', 'observe', 'revert'] as const) {
      expect(declared[part]).to.include.members([...stage.used[part]], part);
    }
  });

  for (const fate of fates) {
    it(`is not taken for done where any one call is ${fate}`, async () => {
      const stage = await setUp(fault, example, options);
      const outcome = await stage.injectWith(() => fate);
      expect(outcome.error).to.be.instanceOf(CallError);
      expect(outcome.lastMutating).to.equal(true);
      expect((await stage.observe(outcome.after)).status).to.equal('before');
    });
  }
}

function describeRevert<Clients>(
  fault: Fault<Clients>,
  example: ContractCase<Clients>,
  options: ContractOptions<Clients>,
): void {
  it('may be reverted twice, and without an injection', async () => {
    const stage = await setUp(fault, example, options);
    expect((await stage.revert({})).outcome).to.equal('already-gone');
    const after = await stage.inject();
    await stage.revert(after);
    expect((await stage.revert(after)).outcome).to.equal('already-gone');
    expect(await stage.dump()).to.deep.equal(stage.untouched);
  });

  if (fault.watch !== undefined)
    it('tells of its injection and of its revert while it is watched', async () =>
      expectTold(await setUp(fault, example, options)));

  it('changes nothing but what it touches', async () => {
    const stage = await setUp(fault, example, options);
    await stage.inject();
    const now = await stage.dump();
    const all = Object.keys({ ...stage.untouched, ...now });
    const changed = all.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(stage.untouched[name]));
    expect(changed).to.have.length.above(0);
    const touched = fault.touches(stage.params);
    expect(changed.filter((name) => !touched.some((one) => contains(one, name)))).to.deep.equal([]);
  });

  it('uses the permissions it declares and no others', async () => {
    const stage = await setUp(fault, example, options);
    const declared = permissionsOf(fault, stage.params);
    const after = await stage.inject();
    await stage.observe(after);
    await stage.revert(after);
    for (const part of ['inject', 'observe', 'revert'] as const) {
      expect(declared[part]).to.include.members([...stage.used[part]], part);
    }
  });

  it('shows no secret and puts no phase letter into what it leaves', async () => {
    const stage = await setUp(fault, example, options);
    const after = await stage.inject();
    const said = JSON.stringify([stage.before, after, await stage.observe(after)]);
    expect(said).to.not.include(fakeSecret).and.not.include(foreignSecret);
    const left = findMarkers(JSON.stringify(await stage.dump())).filter(({ phase }) => phase !== undefined);
    expect(left).to.deep.equal([]);
  });
}

function describeTrouble<Clients>(
  fault: Fault<Clients>,
  example: ContractCase<Clients>,
  options: ContractOptions<Clients>,
): void {
  for (const fate of fates) {
    it(`restores after an injection in which any one call is ${fate}`, async () => {
      let calls = Number.POSITIVE_INFINITY;
      for (let n = 1; n <= calls; n++) {
        const stage = await setUp(fault, example, options);
        const outcome = await stage.injectWith((call) => (call.n === n ? fate : 'proceed'));
        calls = Math.min(calls, outcome.calls);
        if (n > calls) break;
        expect(outcome.error, `call ${n}`).to.be.instanceOf(CallError);
        const observed = await stage.observe(outcome.after);
        const report = await stage.revert(outcome.after);
        const acted = fate === 'unanswered-after-acting' && outcome.lastMutating;
        if (acted && example.foundWithoutAcknowledgement === false) {
          expect(observed.status).to.equal('other');
          expect(observed.candidates).to.have.length(1);
          expect(report).to.include({ outcome: 'left' });
          expect(report.candidates).to.deep.equal(observed.candidates);
          continue;
        }
        if (example.inSteps === true) {
          const half = outcome.changed ? ['ours', 'ours-partial'] : ['before'];
          expect(half, `call ${n}`).to.include(observed.status);
        } else expect(observed.status, `call ${n}`).to.equal(acted ? 'ours' : 'before');
        expect(await stage.dump(), `call ${n}`).to.deep.equal(stage.untouched);
      }
      expect(calls).to.be.above(0);
    });

    it(`restores at the second try after a revert in which any one call is ${fate}`, async () => {
      let calls = Number.POSITIVE_INFINITY;
      for (let n = 1; n <= calls; n++) {
        const stage = await setUp(fault, example, options);
        const after = await stage.inject();
        const outcome = await stage.revertWith(after, (call) => (call.n === n ? fate : 'proceed'));
        calls = Math.min(calls, outcome.calls);
        if (n > calls) break;
        await stage.revert(after);
        expect((await stage.observe(after)).status, `call ${n}`).to.equal('before');
        expect(await stage.dump(), `call ${n}`).to.deep.equal(stage.untouched);
      }
    });
  }

  it('sends nothing once its signal is aborted, and stops between two calls', async () => {
    const stage = await setUp(fault, example, options);
    const stop = new AbortController();
    const total = (await (await setUp(fault, example, options)).injectWith(() => 'proceed')).calls;
    for (let n = 0; n < total; n++) {
      const fresh = await setUp(fault, example, options);
      const abort = new AbortController();
      if (n === 0) abort.abort(new Error('stopped'));
      const outcome = await fresh.injectWith((call) => {
        if (call.n === n) abort.abort(new Error('stopped'));
        return 'proceed';
      }, abort.signal);
      expect(outcome.error, `after call ${n}`).to.not.equal(undefined);
      expect(outcome.acted, `after call ${n}`).to.be.at.most(n);
    }
    stop.abort(new Error('stopped'));
    const refused = await stage.revertWith({}, () => 'proceed', stop.signal);
    expect(refused.acted).to.equal(0);
  });
}

function describeOthers<Clients>(
  fault: Fault<Clients>,
  example: ContractCase<Clients>,
  options: ContractOptions<Clients>,
): void {
  it('notices that somebody else took it away, and does nothing more', async () => {
    const stage = await setUp(fault, example, options);
    const after = await stage.inject();
    await example.takeAway(stage.clients, signal, marker);
    expect((await stage.observe(after)).status).to.equal('before');
    expect((await stage.revert(after)).outcome).to.equal('already-gone');
    expect(await stage.dump()).to.deep.equal(stage.untouched);
  });

  const { changeRest, changeDelta, alreadyInPlace } = example;

  if (changeRest !== undefined) {
    it("keeps somebody else's change of the rest", async () => {
      const stage = await setUp(fault, example, options);
      const after = await stage.inject();
      await changeRest.act(stage.clients, signal, marker);
      expect(['ours', 'ours-plus-others']).to.include((await stage.observe(after)).status);
      expect((await stage.revert(after)).outcome).to.equal('removed');
      expect((await stage.observe(after)).status).to.equal('before');
      expect(JSON.stringify(stage.untouched)).to.not.include(changeRest.leaves);
      expect(JSON.stringify(await stage.dump())).to.include(changeRest.leaves);
    });
  }

  if (changeDelta !== undefined) {
    it('leaves what somebody altered of it', async () => {
      const stage = await setUp(fault, example, options);
      const after = await stage.inject();
      await changeDelta(stage.clients, signal, marker);
      const altered = await stage.dump();
      expect((await stage.observe(after)).status).to.equal('other');
      expect((await stage.revert(after)).outcome).to.equal('left');
      expect(await stage.dump()).to.deep.equal(altered);
    });
  }

  if (alreadyInPlace !== undefined) {
    it('refuses before any change where it is in place already', async () => {
      const prepare: ContractCase<Clients>['prepare'] = async (clients, ...rest) => {
        await example.prepare?.(clients, ...rest);
        await alreadyInPlace(clients, ...rest);
      };
      const stage = await setUp(fault, { ...example, prepare }, options);
      const { error } = await stage.injectWith(() => 'proceed');
      expect(error).to.be.instanceOf(CallError).and.include({ kind: 'invalid', code: 'AlreadyInPlace' });
      expect((await stage.revert({})).outcome).to.equal('already-gone');
      expect(await stage.dump()).to.deep.equal(stage.untouched);
    });
  }
}

function permissionsOf<Clients>(fault: Fault<Clients>, params: unknown): FaultPermissions {
  return typeof fault.permissions === 'function' ? fault.permissions(params) : fault.permissions;
}
