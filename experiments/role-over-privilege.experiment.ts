import { expect, experiment } from 'windshear';

experiment('role-over-privilege', (trial) => {
  it('is seen by the identity rules within 4 seconds', async () => {
    expect(await trial())
      .to.be.detectedBy('identity-rules')
      .within('4s');
  });

  it('is taken back by the identity remediator within 4 seconds', async () => {
    expect(await trial())
      .to.be.revertedBy('identity-remediator')
      .within('4s');
  });

  it('raises nothing where a permitted policy is attached', async () => {
    expect(await trial()).to.be.quietOnControl();
  });

  it('leaves the role as it was', async () => {
    expect(await trial()).to.be.rolledBackCleanly();
  });
});
