import { expect, experiment } from 'windshear';

experiment('region-failover', (trial) => {
  it('leads users to the other region within 4 seconds', async () => {
    expect(await trial())
      .to.be.mitigatedBy('router')
      .within('4s');
  });

  it('is told by the uptime monitor within 4 seconds', async () => {
    expect(await trial())
      .to.be.detectedBy('uptime')
      .within('4s');
  });

  it('raises nothing where a region is drained on purpose', async () => {
    expect(await trial()).to.be.quietOnControl();
  });

  it('leaves users well and the region as it was', async () => {
    expect(await trial()).to.holdSteadyState();
    expect(await trial()).to.be.rolledBackCleanly();
  });
});
