import { expect } from 'chai';
import { newStallNotes, watchStalls } from './stalls.ts';

/** Notes of what ticked at these instants, asked at another. */
function ticked(atMs: readonly number[], nowMs: number) {
  let now = 0;
  const notes = newStallNotes({ monoMs: () => now, epochMs: () => now });
  for (const at of atMs) {
    now = at;
    notes.tick();
  }
  now = nowMs;
  return notes;
}

describe('newStallNotes', () => {
  it('knows of no stall while ticks come, somewhat late ones included', () => {
    const notes = ticked([50, 100, 340], 400);
    expect(notes.sinceMonoMs(400)).to.equal(undefined);
    expect(notes.frozenMs(0, 400)).to.equal(0);
  });

  it('tells at its end, and shortly after, since when it lasted', () => {
    const notes = ticked([50, 5050, 5300], 5310);
    expect([40, 3000, 5050, 5300, 5301].map(notes.sinceMonoMs)).to.deep.equal([undefined, 50, 50, 50, undefined]);
  });

  it('tells of one whose end no tick has noted yet', () => {
    const notes = ticked([50], 5050);
    expect(notes.sinceMonoMs(5050)).to.equal(50);
    expect(notes.frozenMs(1050, 6000)).to.equal(4000);
  });

  it('takes no time that is still to come for a stall', () => {
    expect(ticked([50], 60).frozenMs(0, 12_000)).to.equal(0);
  });

  it('goes back to the first of two without time to read in between', () => {
    expect(ticked([50, 5050, 5100, 9000], 9100).sinceMonoMs(9100)).to.equal(50);
    expect(ticked([50, 5050, 5200, 5400, 9000], 9100).sinceMonoMs(9100)).to.equal(5400);
  });

  it('adds up how long it did not run within a time', () => {
    expect(ticked([50, 1050, 1100, 1150, 2150], 2200).frozenMs(550, 2000)).to.equal(500 + 850);
  });

  it('adds up how long those lasted that reach into a time', () => {
    const notes = ticked([50, 1050, 1100, 1150, 2150], 3100);
    expect([notes.lastedMs(0, 60), notes.lastedMs(900, 1160), notes.lastedMs(1050, 1150)]).to.deep.equal([
      1000, 2000, 0,
    ]);
    expect(notes.lastedMs(3000, 9000)).to.equal(950);
  });

  it('adds how long the machine slept where that halts the monotonic clock', () => {
    const at = { monoMs: 0, epochMs: 0 };
    const notes = newStallNotes({ monoMs: () => at.monoMs, epochMs: () => at.epochMs });
    Object.assign(at, { monoMs: 50, epochMs: 3_600_050 });
    expect([notes.frozenMs(0, 50), notes.sinceMonoMs(50)]).to.deep.equal([3_600_050, 0]);
    expect(notes.lastedMs(40, 50)).to.equal(3_600_050);
    notes.tick();
    Object.assign(at, { monoMs: 100, epochMs: 3_600_900 });
    notes.tick();
    expect([notes.frozenMs(0, 100), notes.frozenMs(60, 100)]).to.deep.equal([3_600_050, 0]);
  });
});

describe('watchStalls', () => {
  it('notes that this process did not come to its timers', () => {
    const { stalls, end } = watchStalls();
    const from = performance.now();
    while (performance.now() < from + 300);
    const at = performance.now();
    expect(stalls.sinceMonoMs(at)).to.be.closeTo(from, 10);
    expect(stalls.frozenMs(from, at)).to.be.at.least(290);
    end();
  });
});
