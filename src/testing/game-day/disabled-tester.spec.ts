import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StagingState } from '../../staging/state.ts';
import { quarantineInAws, unbindInCluster } from './disable-tester.ts';
import { expectPutBack } from './scene.ts';
import { flat } from './sentences.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const ways = [
  {
    title: 'denies its role everything and stops its key',
    scenario: 'bucket-policy-flip',
    acknowledged: 'fault 1 acknowledged',
    faults: 2,
    alone: { scenario: 'bucket-policy-flip', acknowledged: 'fault 1 acknowledged' },
    disable: quarantineInAws,
    revertAs: /\n +# Captures, observes and reverts.*\n +revertAs:\n +credentials: .*\n +assumeRole: .*(?=\n)/,
  },
  {
    title: 'deletes its bindings',
    scenario: 'service-account-sprawl',
    acknowledged: 'fault 0 acknowledged',
    faults: 1,
    // What the scenario does the tester could not take back itself, and preflight says so; this it could.
    alone: { scenario: 'extra-config-map', acknowledged: 'fault 0 acknowledged' },
    disable: unbindInCluster,
    revertAs: /\n +revertAs: \{ token: .*(?=\n)/,
  },
] as const;

const extraConfigMap = {
  id: 'extra-config-map',
  title: 'A ConfigMap appears',
  why: 'Of all that the tester may change in the cluster, this it may take back too.',
  faults: [
    {
      type: 'kubernetes.apply',
      with: {
        manifest: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `extra-\${marker}`, namespace: 'inference' },
        },
      },
    },
  ],
  expect: { detections: [{ detector: 'uptime', rule: 'no-such-rule', within: '500ms' }] },
  maxExposure: '30s',
};

describe('windshear run under a guardrail that disables the tester', function () {
  this.timeout(180_000);
  let work: Workplace;
  let state: StagingState;
  let untouched: unknown;
  let config: string;

  before(async () => {
    work = await openWorkplace();
    await work.edit('windshear.yaml', (text) => {
      config = text.replace('    hold: 0s', '    hold: 5s').replace('revertBudget: 15s', 'revertBudget: 3s');
      return config;
    });
    await writeFile(join(work.folder, 'scenarios/kubernetes/extra-config-map.yaml'), JSON.stringify(extraConfigMap));
    state = await work.up();
    untouched = await work.account();
  });

  after(() => work.close());

  for (const { title, scenario, acknowledged, faults, disable, alone, revertAs } of ways) {
    it(`takes everything back as revertAs where it ${title}`, async () => {
      const going = work.start('run', scenario);
      await going.reached(acknowledged);
      const restore = await disable(state);
      const { stdout, stderr } = await going.ended;
      await restore();
      const [result] = (await work.scorecard()).scenarios;
      const [trial] = result?.trials ?? [];
      expect(trial?.rollback.verdict, stdout + stderr).to.equal('clean');
      expect(trial?.rollback.faults.filter(({ role }) => role === 'fault')).to.have.length(faults);
      await expectPutBack({ work, untouched });
    });

    it(`could not without revertAs where it ${title}, and leaves the rest to windshear recover`, async () => {
      await work.edit('windshear.yaml', () => config.replace(revertAs, ''));
      const going = work.start('run', alone.scenario);
      await going.reached(alone.acknowledged);
      const restore = await disable(state);
      const { code, stdout, stderr } = await going.ended;
      await restore();
      expect(code, stdout + stderr).to.equal(6);
      expect(flat(stdout)).to.contain('windshear recover');
      const recovered = await work.windshear('recover');
      expect(recovered.code, recovered.stdout + recovered.stderr).to.equal(0);
      await expectPutBack({ work, untouched });
      await work.edit('windshear.yaml', () => config);
    });
  }
});
