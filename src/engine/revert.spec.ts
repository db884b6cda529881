import { expect } from 'chai';
import { type CallFate, switchFault, type WorldCall } from '../testing/fakes/memory-world.ts';
import { marker, staged } from '../testing/fakes/staged-revert.ts';

describe('revertFault', () => {
  it('removes the delta and reads back that it is gone', async () => {
    const { world, run, kinds } = staged();
    const { result } = await run();
    expect(result).to.include({ verdict: 'clean', reasonCode: 'read-back-equal', fault: 'world.switch' });
    expect(world.on.size).to.equal(0);
    expect(kinds()).to.deep.equal(['reverting', 'reverted', 'verified']);
  });

  it('journals that it reverts before the request leaves', async () => {
    const { world, run, entries } = staged();
    world.calls.length = 0;
    await run({
      journal: {
        append: async (entry) => {
          if (entry.kind === 'reverting') expect(world.calls).to.have.length(0);
          entries.push(entry);
          return { seq: 0, at: '', monoMs: 0, ...entry };
        },
      },
    });
    expect(world.calls.length).to.be.greaterThan(0);
  });

  it('credits a guardrail with an acknowledged delta that was gone already', async () => {
    const { world, run } = staged();
    world.on.clear();
    expect((await run()).result).to.include({ verdict: 'by-guardrail', reasonCode: 'gone-already' });
  });

  it('believes no self-declared read that never showed an acknowledged change', async () => {
    const { world, run, fault } = staged();
    world.on.clear();
    const definition = { ...fault, selfDeclared: true };
    const { result } = await run({ definition });
    expect(result).to.include({ verdict: 'unverified', reasonCode: 'verify-failed' });
    expect(result.reason)
      .to.contain('what the scenario reads never showed it')
      .and.to.contain("correct the scenario's 'read'");
    expect((await run({ definition, begunBefore: true })).result.verdict).to.equal('unverified');
  });

  it('believes one that did show it, or after a revert that took it out', async () => {
    for (const more of [{ after: { readBack: true } }, { removedBefore: true }]) {
      const { world, run, fault } = staged();
      world.on.clear();
      const { result } = await run({ definition: { ...fault, selfDeclared: true }, ...more });
      expect(result.verdict).to.equal('by-guardrail');
    }
    const { run, fault } = staged();
    expect((await run({ definition: { ...fault, selfDeclared: true } })).result.verdict).to.equal('clean');
  });

  it('credits no guardrail where an earlier process had begun the revert', async () => {
    const { world, run } = staged();
    world.on.clear();
    expect((await run({ begunBefore: true })).result.verdict).to.equal('clean');
  });

  it('credits no guardrail where its own revert acted and lost the answer', async () => {
    const { run } = staged(first('remove', { kind: 'unanswered', when: 'after' }));
    expect((await run()).result.verdict).to.equal('clean');
  });

  it('credits no guardrail with an injection that nobody acknowledged', async () => {
    const { world, run } = staged();
    world.on.clear();
    expect((await run({ injection: 'unknown' })).result.verdict).to.equal('clean');
  });

  it('sends no revert for a refused change that reads back as before', async () => {
    const { world, run, kinds } = staged();
    world.on.clear();
    const { result, requestedMonoMs } = await run({ injection: 'denied' });
    expect(result).to.include({ verdict: 'none', reasonCode: 'nothing-to-revert' });
    expect(requestedMonoMs).to.equal(undefined);
    expect(kinds()).to.deep.equal(['verified']);
  });

  it('reverts what a refused change left behind', async () => {
    const { world, run } = staged();
    expect((await run({ injection: 'denied' })).result.verdict).to.equal('clean');
    expect(world.on.size).to.equal(0);
  });

  it('touches nothing after an act', async () => {
    const { world, run } = staged();
    const { result } = await run({ definition: switchFault({ kind: 'act' }) });
    expect(result.verdict).to.equal('none');
    expect(world.calls).to.have.length(0);
  });

  it('leaves what someone altered and says so', async () => {
    const { world, run } = staged();
    world.on.set('s-1', 'somebody');
    const { result, observation } = await run();
    expect(result).to.include({ verdict: 'dirty', reasonCode: 'left-altered' });
    expect(observation?.state).to.deep.equal({ on: 'somebody' });
    expect(world.on.get('s-1')).to.equal('somebody');
  });

  for (const kind of ['throttled', 'unanswered', 'failed', 'conflict'] as const) {
    it(`tries again after ${kind} until it succeeds`, async () => {
      let left = 5;
      const { world, run } = staged((call) =>
        call.what === 'remove' && left-- > 0 ? { kind, when: 'before' } : 'proceed',
      );
      expect((await run()).result.verdict).to.equal('clean');
      expect(world.calls.filter((call) => call.what === 'remove')).to.have.length(6);
    });
  }

  it('waits as long as Retry-After asks', async () => {
    const { clock, run } = staged(first('remove', { kind: 'throttled', when: 'before', retryAfterMs: 7000 }));
    await run();
    expect(clock.monoMs()).to.be.within(7000, 7100);
  });

  it('gives up within its budget and says what is still in and what to do', async () => {
    const { clock, run, kinds } = staged((call) =>
      call.what === 'remove' ? { kind: 'failed', when: 'before' } : 'proceed',
    );
    const { result } = await run();
    expect(clock.monoMs()).to.be.within(55_000, 60_000);
    expect(result).to.include({ verdict: 'dirty', reasonCode: 'revert-failed' });
    expect(result.reason).to.match(
      /^Cannot revert 'world.switch' on 's-1' after \d+ tries in [\d.]+ s: InternalError: .* still in\. Run: windshear recover$/,
    );
    expect(kinds()).to.deep.equal(['reverting', 'revert-failed', 'verified']);
  });

  it('names the refused action after three tries', async () => {
    const { run } = staged((call) => (call.what === 'remove' ? { kind: 'denied', when: 'before' } : 'proceed'));
    const { result } = await run();
    expect(result.reason).to.match(/after 3 tries in .*: AccessDenied \(world:remove\)\. The change is still in\./);
  });

  it('is clean although every try failed, once the read back shows the delta gone', async () => {
    const { run } = staged((call) => (call.what === 'remove' ? { kind: 'unanswered', when: 'after' } : 'proceed'));
    expect((await run()).result.verdict).to.equal('clean');
  });

  it('ends unverified where nothing can be read back', async () => {
    const { world, run } = staged((call) =>
      call.what === 'read' && world.on.size === 0 ? { kind: 'failed', when: 'before' } : 'proceed',
    );
    const { result } = await run();
    expect(result).to.include({ verdict: 'unverified', reasonCode: 'verify-failed' });
  });

  it('ends within twice its budget where the target never answers', async () => {
    const { clock, run } = staged(() => 'hang');
    const { result } = await run();
    expect(result.verdict).to.equal('unverified');
    expect(clock.monoMs()).to.be.within(60_000, 120_001);
  });

  it('reverts again where the delta comes back before the read back', async () => {
    let returns = 2;
    const { world, run } = staged((call) => {
      if (call.phase === 'observe' && returns-- > 0) world.on.set('s-1', marker);
      return 'proceed';
    });
    expect((await run()).result.verdict).to.equal('clean');
    expect(world.on.size).to.equal(0);
  });

  it('believes two agreeing reads more than settle apart', async () => {
    const { world, clock, run } = staged();
    const at: number[] = [];
    world.calls.push = (...calls) => {
      for (const call of calls) if (call.phase === 'observe') at.push(clock.monoMs());
      return 0;
    };
    await run({ settleMs: 15_000 });
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).to.be.greaterThan(15_000);
  });

  it('takes back an injection that takes effect after its sender had given up', async () => {
    const { world, clock, run } = staged();
    world.on.clear();
    void clock.sleep(9000).then(() => world.on.set('s-1', marker));
    const { result } = await run({ injection: 'unknown', settleMs: 15_000 });
    expect(result.verdict).to.equal('clean');
    expect(world.on.size).to.equal(0);
  });

  it('waits a moment for a request that is still on its way, even where the store is strongly consistent', async () => {
    const { world, clock, run } = staged();
    world.on.clear();
    void clock.sleep(200).then(() => world.on.set('s-1', marker));
    await run({ injection: 'unknown', settleMs: 0 });
    expect(world.on.size).to.equal(0);
  });

  it('reverts although the journal cannot be written, and keeps the pre-image', async () => {
    const { world, run } = staged();
    let forgotten = false;
    const full = new Error('the disk is full');
    const { result, journalError } = await run({
      journal: { append: () => Promise.reject(full) },
      forget: async () => {
        forgotten = true;
      },
    });
    expect(world.on.size).to.equal(0);
    expect(result.verdict).to.equal('clean');
    expect(journalError).to.equal(full);
    expect(forgotten).to.equal(false);
  });

  it('removes the pre-image only after the verdict is in the journal', async () => {
    const { run, kinds } = staged();
    let seen: string[] = [];
    await run({
      forget: async () => {
        seen = kinds();
      },
    });
    expect(seen).to.include('verified');
  });

  it("keeps the injection's error beside its own", async () => {
    const { run } = staged((call) => (call.what === 'remove' ? { kind: 'denied', when: 'before' } : 'proceed'));
    const injectError = new Error('half of it failed');
    const { error, result } = await run({ injection: 'unknown', injectError });
    expect(error).to.be.instanceOf(AggregateError);
    expect((error as AggregateError).errors[0]).to.equal(injectError);
    expect(result.reason).to.include('The injection had failed too: half of it failed.');
  });

  it('stops at once when it is abandoned', async () => {
    const abandon = new AbortController();
    const { world, clock, run } = staged((call) =>
      call.what === 'remove' ? { kind: 'throttled', when: 'before' } : 'proceed',
    );
    void clock.sleep(1000).then(() => abandon.abort(new Error('second Ctrl-C')));
    const { result } = await run({ abandon: abandon.signal });
    expect(clock.monoMs()).to.equal(1000);
    expect(result).to.include({ verdict: 'unverified', reasonCode: 'stopped' });
    expect(world.on.size).to.equal(1);
  });
});

function first(what: WorldCall['what'], fate: CallFate): (call: WorldCall) => CallFate {
  let done = false;
  return (call) => {
    if (done || call.what !== what) return 'proceed';
    done = true;
    return fate;
  };
}
