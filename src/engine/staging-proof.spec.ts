import { expect } from 'chai';
import { CallError, type CallErrorKind } from '../model/call.ts';
import type { ProofResult, Target } from '../model/target.ts';
import { boundFault, boundScenario } from '../testing/fakes/bound-scenario.ts';
import { MemoryWorld, switchFault, worldTarget } from '../testing/fakes/memory-world.ts';
import { rejection } from '../testing/rejection.ts';
import { proveIdentity, proveStaging } from './staging-proof.ts';

const identity: ProofResult = { kind: 'identity', what: 'account', expected: '111', got: '111', holds: true };
const beacon: ProofResult = { kind: 'beacon', what: 'tag', expected: 'staging', got: 'staging', holds: true };

describe('proveStaging', () => {
  it('answers every proof that holds', async () => {
    expect(await prove([identity, beacon])).to.deep.equal([{ target: 'aws', proofs: [identity, beacon] }]);
  });

  for (const [name, proofs, phrase] of [
    ['another account', [{ ...identity, got: '222', holds: false }, beacon], "identity 'account' must be 111, got 222"],
    ['an absent beacon tag', [identity, { ...beacon, got: 'nothing', holds: false }], "beacon 'tag' must be staging"],
    ['one of two identities', [identity, { ...identity, got: '3', holds: false }, beacon], 'got 3'],
    ['a host that is not listed', [identity, beacon, { ...beacon, kind: 'host', holds: false }], "host 'tag'"],
    ['no beacon in the list', [identity], 'lists no beacon'],
    ['no identity in the list', [beacon], 'lists no identity'],
    ['an empty list', [], 'lists no identity'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const refusal = await rejection(prove(proofs));
      expect(refusal).to.include({ code: 'not-proven', exitCode: 4 });
      expect(String(refusal)).to.include(phrase).and.include('Nothing was touched');
    });
  }

  it('names all that does not hold at once', async () => {
    const wrong = [identity, beacon].map((proof) => ({ ...proof, got: 'other', holds: false }));
    expect(String(await rejection(prove(wrong))))
      .to.include("identity 'account'")
      .and.include("beacon 'tag'");
  });

  for (const kind of ['unanswered', 'failed', 'throttled'] as const) {
    it(`ends with 5 where the target is ${kind}`, async () => {
      expect(await rejection(prove(new CallError(kind, 'Timeout', 'no answer')))).to.include({ exitCode: 5 });
    });
  }

  for (const kind of ['denied', 'invalid', 'not-found'] satisfies CallErrorKind[]) {
    it(`refuses where the proof is ${kind}`, async () => {
      expect(await rejection(prove(new CallError(kind, 'Code', 'text')))).to.include({
        code: 'proof-denied',
        exitCode: 4,
      });
    });
  }

  it('refuses a fault whose target the environment does not have', async () => {
    const refusal = await rejection(proveStaging({ ...run(), targets: new Map() }));
    expect(refusal).to.include({ code: 'no-target', exitCode: 4 });
  });

  it('asks only the targets in use', async () => {
    const unused: Target = { ...worldTarget(new MemoryWorld()), prove: () => Promise.reject(new Error('asked')) };
    const targets = new Map([
      ['aws' as const, target([identity, beacon])],
      ['kubernetes' as const, unused],
    ]);
    expect(await proveStaging({ ...run(), targets })).to.have.length(1);
  });
});

describe('proveIdentity', () => {
  it('needs no beacon', async () => {
    const gone = { ...beacon, holds: false };
    await proveIdentity([target([identity]), target([identity, gone])], new AbortController().signal);
  });

  for (const proofs of [[{ ...identity, holds: false }], [beacon], []]) {
    it(`refuses ${proofs.length === 0 ? 'nothing at all' : `${proofs[0]?.kind} alone`}`, async () => {
      const refusal = await rejection(proveIdentity([target(proofs)], new AbortController().signal));
      expect(refusal).to.include({ code: 'not-proven' });
    });
  }
});

function target(answer: readonly ProofResult[] | Error): Target {
  return {
    ...worldTarget(new MemoryWorld()),
    prove: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

function run() {
  const scenarios = [boundScenario({ faults: [boundFault(switchFault())] })];
  return { environmentName: 'staging', scenarios, stop: new AbortController().signal };
}

function prove(answer: readonly ProofResult[] | Error) {
  return proveStaging({ ...run(), targets: new Map([['aws' as const, target(answer)]]) });
}
