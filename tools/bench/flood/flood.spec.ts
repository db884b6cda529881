import { expect } from 'chai';
import { flood } from './flood.ts';

describe('a flood of alerts', () => {
  for (const channel of ['webhook', 'file-tail'] as const)
    it(`by ${channel} loses none, and every verdict is what was sent`, async function () {
      this.timeout(30_000);
      const alerts = 20_000;
      const result = await flood({ channel, alerts, expectations: 1000, perSecond: 5000, further: 0 });
      expect(result.wrong).to.deep.equal([]);
      expect(result).to.include({ sent: alerts, heard: alerts, dropped: 0 });
    });
});
