import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { StopRequest } from '../engine/stop.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { handleSignals } from './signals.ts';

describe('handleSignals', () => {
  for (const name of ['SIGINT', 'SIGTERM']) {
    it(`stops on ${name} and abandons nothing`, () => {
      const { emitter, stop, abandon } = handled();
      emitter.emit(name);
      expect(stop.signal.reason).to.be.instanceOf(StopRequest).and.include({ by: name, exitCode: 130 });
      expect(abandon.signal.aborted).to.equal(false);
    });
  }

  it('says what a second Ctrl-C would do before it counts', () => {
    const { emitter, said } = handled();
    emitter.emit('SIGINT');
    expect(said.join(' ')).to.include('Press Ctrl-C again to abandon').and.include('windshear recover');
  });

  it('ignores a second Ctrl-C within a second of the offer', async () => {
    const { emitter, clock, abandon } = handled();
    emitter.emit('SIGINT');
    emitter.emit('SIGINT');
    await clock.advance(999);
    emitter.emit('SIGINT');
    expect(abandon.signal.aborted).to.equal(false);
  });

  it('abandons on a Ctrl-C one second after the offer', async () => {
    const { emitter, clock, abandon } = handled();
    emitter.emit('SIGINT');
    await clock.advance(1000);
    emitter.emit('SIGINT');
    expect(abandon.signal.aborted).to.equal(true);
  });

  it('never abandons on SIGTERM', async () => {
    const { emitter, clock, abandon } = handled();
    emitter.emit('SIGINT');
    await clock.advance(60_000);
    emitter.emit('SIGTERM');
    emitter.emit('SIGTERM');
    expect(abandon.signal.aborted).to.equal(false);
  });

  it('takes the first Ctrl-C after a SIGTERM as the one that offers', async () => {
    const { emitter, clock, stop, abandon } = handled();
    emitter.emit('SIGTERM');
    await clock.advance(5000);
    emitter.emit('SIGINT');
    expect(abandon.signal.aborted).to.equal(false);
    expect(stop.signal.reason).to.include({ by: 'SIGTERM' });
  });

  it('hears nothing once it is ended', () => {
    const { emitter, stop, end } = handled();
    end();
    emitter.emit('SIGINT');
    expect(stop.signal.aborted).to.equal(false);
    expect(emitter.eventNames()).to.deep.equal([]);
  });
});

function handled() {
  const emitter = new EventEmitter();
  const clock = new VirtualClock();
  const stop = new AbortController();
  const abandon = new AbortController();
  const said: string[] = [];
  const end = handleSignals({ emitter, clock, stop, abandon, say: (line) => said.push(line) });
  return { emitter, clock, stop, abandon, said, end };
}
