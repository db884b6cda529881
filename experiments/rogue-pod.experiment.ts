import { expect, experiment } from 'windshear';

experiment('rogue-privileged-pod', (trial) => {
  it('is refused by admission control within 4 seconds', async () => {
    expect(await trial())
      .to.be.preventedBy('admission')
      .within('4s');
  });

  it('is seen as an attempt within 4 seconds', async () => {
    expect(await trial())
      .to.be.detectedBy('audit-rules')
      .within('4s');
  });

  it('raises nothing where a plain pod starts', async () => {
    expect(await trial()).to.be.quietOnControl();
  });
});

experiment('rogue-bare-pod', (trial) => {
  it('is let in, and seen by the audit rules and the profile within 4 seconds', async () => {
    expect(await trial())
      .to.be.detectedBy('audit-rules')
      .within('4s');
    expect(await trial())
      .to.be.detectedBy('profile')
      .within('4s');
  });

  it('leaves the workloads ready and no pod behind', async () => {
    expect(await trial()).to.holdSteadyState();
    expect(await trial()).to.be.rolledBackCleanly();
  });
});
