import { expect } from 'chai';
import { VirtualClock } from '../testing/fakes/virtual-clock.ts';
import { newRunId } from './run-id.ts';

describe('newRunId', () => {
  it('is a UTC stamp that sorts, and six letters', () => {
    const id = newRunId(new VirtualClock(), { bytes: (n) => Uint8Array.from({ length: n }, (_, i) => i) });
    expect(id).to.match(/^\d{8}-\d{6}-abcdef$/);
  });
});
