import { expect } from 'chai';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  it('wakes sleepers in the order in which they are due', async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    void clock.sleep(20).then(() => woken.push(`b at ${clock.monoMs()}`));
    void clock.sleep(10).then(async () => {
      woken.push(`a at ${clock.monoMs()}`);
      await clock.sleep(5);
      woken.push(`a2 at ${clock.monoMs()}`);
    });
    await clock.advance(20);
    expect(woken).to.deep.equal(['a at 10', 'a2 at 15', 'b at 20']);
    expect(clock.monoMs()).to.equal(20);
  });

  it('advances to the next sleeper by itself', async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    await Promise.all([clock.sleep(3_600_000), clock.sleep(1000).then(() => clock.sleep(500))]);
    expect(clock.monoMs()).to.equal(3_600_000);
  });

  it('rejects an aborted sleep with the reason of its signal', async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const slept = clock.sleep(10, stop.signal).catch((error: unknown) => error);
    stop.abort('stopped');
    expect(await slept).to.equal('stopped');
    expect(clock.sleeping).to.equal(0);
  });

  it('keeps monotonic time when the wall clock jumps', () => {
    const clock = new VirtualClock({ startEpochMs: 1000 });
    clock.jumpWallClock(-400);
    expect([clock.epochMs(), clock.monoMs()]).to.deep.equal([600, 0]);
  });
});
