import { expect, experiment } from 'windshear';

/** The game day before a release: every drift that we know how to inject, and what we count on for each. */
describe('game day', () => {
  experiment('role-over-privilege', (trial) => {
    it('is detected by the identity rules', async () => {
      expect(await trial()).to.be.detectedBy('identity-rules');
    });
    it('is reverted by the identity remediator', async () => {
      expect(await trial()).to.be.revertedBy('identity-remediator');
    });
    itLeavesNoTrace(trial);
  });

  experiment('trust-policy-opened', (trial) => {
    it('is detected by the trail rules and by the posture watcher', async () => {
      expect(await trial()).to.be.detectedBy('trail-rules');
      expect(await trial()).to.be.detectedBy('posture');
    });
    itLeavesNoTrace(trial);
  });

  experiment('bucket-policy-flip-guarded', (trial) => {
    it('is prevented by Block Public Access', async () => {
      expect(await trial()).to.be.preventedBy('block-public-access');
    });
    it('is seen by the trail rules as an attempt', async () => {
      expect(await trial()).to.be.detectedBy('trail-rules');
    });
    itLeavesNoTrace(trial);
  });

  experiment('bucket-policy-flip', (trial) => {
    it('is detected by the trail rules and by the posture watcher', async () => {
      expect(await trial()).to.be.detectedBy('trail-rules');
      expect(await trial()).to.be.detectedBy('posture');
    });
    itLeavesNoTrace(trial);
  });

  experiment('lambda-environment-drift', (trial) => {
    it('is detected by the trail rules', async () => {
      expect(await trial()).to.be.detectedBy('trail-rules');
    });
    itLeavesNoTrace(trial);
  });

  experiment('rogue-instance', (trial) => {
    it('is detected by the behavioural profile', async () => {
      expect(await trial()).to.be.detectedBy('profile');
    });
    itLeavesNoTrace(trial);
  });

  experiment('trail-stopped', (trial) => {
    it('is detected by the trail rules before they go blind', async () => {
      expect(await trial()).to.be.detectedBy('trail-rules');
      expect(await trial()).to.blind('trail-rules');
    });
    itLeavesNoTrace(trial);
  });

  experiment('access-key-refused', (trial) => {
    it('is prevented by the explicit deny', async () => {
      expect(await trial()).to.be.preventedBy('explicit-deny');
    });
    it('is seen by the identity rules as an attempt', async () => {
      expect(await trial()).to.be.detectedBy('identity-rules');
    });
    itLeavesNoTrace(trial);
  });

  experiment('rogue-privileged-pod', (trial) => {
    it('is prevented by admission control', async () => {
      expect(await trial()).to.be.preventedBy('admission');
    });
    it('is seen by the audit rules as an attempt', async () => {
      expect(await trial()).to.be.detectedBy('audit-rules');
    });
    itLeavesNoTrace(trial);
  });

  experiment('rogue-bare-pod', (trial) => {
    it('is detected by the audit rules and by the behavioural profile', async () => {
      expect(await trial()).to.be.detectedBy('audit-rules');
      expect(await trial()).to.be.detectedBy('profile');
    });
    itLeavesNoTrace(trial);
  });

  experiment('cluster-admin-binding', (trial) => {
    it('is detected by the audit rules', async () => {
      expect(await trial()).to.be.detectedBy('audit-rules');
    });
    it('is reverted by the binding remediator', async () => {
      expect(await trial()).to.be.revertedBy('binding-remediator');
    });
    itLeavesNoTrace(trial);
  });

  experiment('release-image-drift', (trial) => {
    it('is detected by the behavioural profile', async () => {
      expect(await trial()).to.be.detectedBy('profile');
    });
    it('is reverted by the release reconciler', async () => {
      expect(await trial()).to.be.revertedBy('release-reconciler');
    });
    itLeavesNoTrace(trial);
  });

  experiment('service-account-sprawl', (trial) => {
    it('is detected by the audit rules', async () => {
      expect(await trial()).to.be.detectedBy('audit-rules');
    });
    itLeavesNoTrace(trial);
  });

  experiment('inference-endpoint-exposed', (trial) => {
    it('is detected by the posture watcher', async () => {
      expect(await trial()).to.be.detectedBy('posture');
    });
    itLeavesNoTrace(trial);
  });

  experiment('region-failover', (trial) => {
    it('is mitigated by the router, and told by the uptime monitor', async () => {
      expect(await trial()).to.be.mitigatedBy('router');
      expect(await trial()).to.be.detectedBy('uptime');
    });
    itLeavesNoTrace(trial);
  });
});

/** Whatever is injected: its permitted twin raises nothing, users feel nothing, and everything is put back. */
function itLeavesNoTrace(trial: Parameters<Parameters<typeof experiment>[1]>[0]): void {
  it('is quiet on its control, holds the steady state and is rolled back cleanly', async () => {
    expect(await trial()).to.be.quietOnControl();
    expect(await trial()).to.holdSteadyState();
    expect(await trial()).to.be.rolledBackCleanly();
  });
}
