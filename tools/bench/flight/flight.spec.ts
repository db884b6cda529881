import { expect } from 'chai';
import { fly } from './flight.ts';

describe('trials side by side', () => {
  it('each hear their own pushed signal through one webhook a detector', async function () {
    this.timeout(30_000);
    const card = await fly({ scenarios: 10 });
    expect(card.summary).to.include({ met: 10, failed: 0, inconclusive: 0 });
    const rules = card.scenarios.flatMap(({ trials }) =>
      trials.flatMap(({ detections }) => detections.map(({ signal }) => signal?.resource?.id)),
    );
    expect(rules).to.deep.equal(Array.from({ length: 10 }, (_, n) => `bucket-${n}`));
  });
});
