import { expect } from 'chai';
import { systemClock } from './system-clock.ts';

describe('systemClock', () => {
  it('sleeps at least as long as asked', async () => {
    for (let asked = 1; asked < 50; asked += 0.7) {
      const startMs = systemClock.monoMs();
      await systemClock.sleep(asked % 5);
      expect(systemClock.monoMs() - startMs).to.be.within(asked % 5, 1000);
    }
  });

  it('rejects with the reason as soon as the signal is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleeping = systemClock.sleep(60_000, controller.signal).catch((error: unknown) => error);
    controller.abort(reason);
    expect(await sleeping).to.equal(reason);
    expect(await systemClock.sleep(1, controller.signal).catch((error: unknown) => error)).to.equal(reason);
  });
});
