import { expect } from 'chai';
import { watchWallClock } from './wall-clock.ts';

function watched() {
  let monoMs = 1000;
  let epochMs = 900_000;
  const told: string[] = [];
  const clock = { monoMs: () => monoMs, epochMs: () => epochMs, sleep: async () => undefined };
  const wall = watchWallClock(clock, (line) => told.push(line));
  const pass = (ms: number, jumpMs = 0) => {
    monoMs += ms;
    epochMs += ms + jumpMs;
    return wall.isSteady();
  };
  return { pass, told };
}

describe('watchWallClock', () => {
  it('J19: takes a wall clock that goes on as the monotonic one for steady', () => {
    const { pass, told } = watched();
    expect([pass(60_000), pass(60_000, 90), told.length]).to.deep.equal([true, true, 0]);
  });

  for (const [jumpMs, text] of [
    [65_000, 'The wall clock went 65 s forward'],
    [-400, 'The wall clock went 400 ms back'],
  ] as const) {
    it(`J7: trusts no time of the run any more where '${text}', and says so once`, () => {
      const { pass, told } = watched();
      expect([pass(10, jumpMs), pass(10, -jumpMs)]).to.deep.equal([false, false]);
      expect(told.length).to.equal(1);
      expect(told[0]).to.include(text);
    });
  }
});
