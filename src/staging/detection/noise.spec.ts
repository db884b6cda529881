import { expect } from 'chai';
import { VirtualClock } from '../../testing/fakes/virtual-clock.ts';
import { makeNoise } from './noise.ts';

describe('makeNoise', () => {
  it('keeps its rate over all sources together, in turn and about each resource', async () => {
    const clock = new VirtualClock();
    const end = new AbortController();
    const heard: string[] = [];
    const sources = ['a', 'b'].map((name) => (arn: string) => void heard.push(`${name} ${arn}`));
    const noise = makeNoise({ perSecond: 50, sources, resources: ['x', 'y'], clock, signal: end.signal });
    await clock.advance(2000);
    end.abort(new Error('over'));
    await noise;
    expect(heard).to.have.length(100);
    expect(heard.slice(0, 4)).to.deep.equal(['a x', 'b x', 'a y', 'b y']);
  });
});
