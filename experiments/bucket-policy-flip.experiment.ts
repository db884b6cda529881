import { expect, experiment } from 'windshear';

experiment('bucket-policy-flip', (trial) => {
  it('is seen by the trail rules within 4 seconds', async () => {
    expect(await trial())
      .to.be.detectedBy('trail-rules')
      .within('4s');
  });

  it('is seen by the posture watcher within 4 seconds', async () => {
    expect(await trial())
      .to.be.detectedBy('posture')
      .within('4s');
  });

  it('raises nothing where the own account gets access', async () => {
    expect(await trial()).to.be.quietOnControl();
  });

  it('leaves the account reachable and the bucket as it was', async () => {
    expect(await trial()).to.holdSteadyState();
    expect(await trial()).to.be.rolledBackCleanly();
  });
});
