import { expect } from 'chai';
import { FakeAws } from '../testing/fakes/aws.ts';
import { unreliableAws } from '../testing/fakes/unreliable-aws.ts';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { awsReachability } from './aws.reachability.ts';

describe('aws.reachability', () => {
  it('measures the share of calls that are answered', async () => {
    const clients = unreliableAws(new FakeAws().clients(), ({ n }) => (n === 2 ? 'failed' : 'proceed'));
    const ctx = { clock: new VirtualClock(), signal: new AbortController().signal, clients };
    const measured = await awsReachability.measure(ctx, { calls: 4 });
    expect(measured).to.include({ status: 'measured', value: 0.75 });
  });
});
