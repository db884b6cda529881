import { expect } from 'chai';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { newPollGaps, type PollGaps, unseenReason } from './poll-gaps.ts';

/** Polls twice a second in virtual time; each answer takes 10 ms. */
class Polled {
  readonly clock = new VirtualClock();
  readonly gaps: PollGaps;
  takesMs = 10;

  constructor(frozen: readonly [number, number] = [0, 0]) {
    const [from, until] = frozen;
    const frozenMs = (a: number, b: number) => Math.max(0, Math.min(b, until) - Math.max(a, from));
    const stalls = { frozenMs, lastedMs: frozenMs, sinceMonoMs: () => undefined };
    this.gaps = newPollGaps({ clock: this.clock, pollMs: 500, stalls });
  }

  async good(atMs: number): Promise<void> {
    await this.clock.advance(atMs - this.clock.monoMs());
    await this.clock.advance(this.takesMs);
    this.gaps.answered(atMs);
  }

  async failed(...atMs: readonly number[]): Promise<void> {
    for (const at of atMs) {
      await this.clock.advance(at - this.clock.monoMs());
      this.gaps.failed();
    }
  }

  found(from = 0, until = 60_000, keepsMs = 0): readonly (readonly number[])[] {
    const gaps = this.gaps.between([from, until], keepsMs);
    return gaps.map(({ fromMonoMs, untilMonoMs, failedPolls }) => [fromMonoMs, untilMonoMs, failedPolls]);
  }
}

describe('newPollGaps', () => {
  it('finds the time between two good polls where two in a row failed, and none where one did', async () => {
    const polled = new Polled();
    await polled.good(500);
    await polled.failed(1000);
    await polled.good(1500);
    expect(polled.found()).to.deep.equal([]);
    await polled.failed(2000, 2500);
    await polled.good(3000);
    await polled.good(3500);
    expect(polled.found()).to.deep.equal([[1500, 3000, 2]]);
    expect(polled.found(3000), 'it was over').to.deep.equal([]);
    expect(polled.found(0, 1500), 'it had not begun').to.deep.equal([]);
  });

  it('finds one that is not over', async () => {
    const polled = new Polled();
    await polled.good(500);
    await polled.failed(1000, 1500);
    expect(polled.found()).to.deep.equal([]);
    await polled.failed(2000);
    expect(polled.found()).to.deep.equal([[500, 2000, 3]]);
  });

  it('counts of one only what lies after the beginning of the time that is asked for', async () => {
    const polled = new Polled();
    await polled.good(500);
    await polled.failed(1000, 1500, 2000);
    await polled.good(2500);
    expect(polled.found(1200)).to.have.lengthOf(1);
    expect(polled.found(1250)).to.deep.equal([]);
  });

  it('finds none where the store still shows after it all that came in the time', async () => {
    const polled = new Polled();
    await polled.good(500);
    await polled.failed(1000, 1500, 2000);
    await polled.good(2500);
    expect(polled.found(0, 60_000, 2499)).to.have.lengthOf(1);
    expect(polled.found(0, 60_000, 2500)).to.deep.equal([]);
  });

  it('takes what answers slowly for seen no more often by itself, and not what did so once', async () => {
    const polled = new Polled();
    polled.takesMs = 2000;
    await polled.good(500);
    await polled.failed(3000);
    await polled.good(4000);
    expect(polled.found(), 'slow once').to.deep.equal([[500, 4000, 1]]);
    await polled.failed(6500);
    await polled.good(7500);
    expect(polled.found(), 'slow twice').to.deep.equal([[500, 4000, 1]]);
  });

  it('finds one in which we stood still for a second, and none in which nothing but an answer took its time', async () => {
    for (const [frozenMs, expected] of [
      [999, []],
      [1000, [[500, 2600, 0]]],
    ] as const) {
      const polled = new Polled([600, 600 + frozenMs]);
      await polled.good(500);
      await polled.good(2600);
      expect(polled.found(), `stood still for ${frozenMs} ms`).to.deep.equal(expected);
    }
  });

  it('finds one in which we stood still while a poll was under way', async () => {
    const polled = new Polled([505, 8005]);
    polled.takesMs = 7510;
    await polled.good(500);
    polled.takesMs = 10;
    await polled.good(8010);
    expect(polled.found()).to.deep.equal([[500, 8010, 0]]);
  });

  it('forgets none, however many there are', async () => {
    const polled = new Polled();
    for (let n = 0; n < 600; n++) {
      await polled.failed(n * 2000 + 500, n * 2000 + 1000);
      await polled.good(n * 2000 + 2000);
    }
    expect(polled.found(0, 1_200_000)).to.have.lengthOf(500);
    expect(polled.found(0, 1000)).to.have.lengthOf(1);
    expect(polled.found(1_190_000, 1_200_000)).to.have.lengthOf(5);
  });
});

describe('unseenReason', () => {
  it('says since when and why, and blames us where no poll failed', () => {
    const gap = { fromMonoMs: 900, untilMonoMs: 6900, failedPolls: 52 };
    expect(unseenReason(gap, 'rules', [1000, 'the injection'])).to.deep.equal({
      code: 'channel-unproven',
      reason:
        'rules could not be asked for 6 s, from 100 ms before the injection on (52 polls failed), so whether it showed an alert meanwhile and took it back is not known.',
    });
    const { code, reason } = unseenReason({ ...gap, failedPolls: 0 }, 'rules', [500, 'the injection']);
    expect(code).to.equal('harness-frozen');
    expect(reason).to.contain('from 400 ms after the injection on (we stood still)');
  });
});
