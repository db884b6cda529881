import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { TrialResult } from '../../model/scorecard.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** What becomes of pods on the embedded staging, whose scheduler and controllers write to them as those of a cluster do. */
describe('windshear run that starts a pod', function () {
  this.timeout(120_000);
  let work: Workplace;
  let untouched: unknown;

  before(async () => {
    work = await openWorkplace();
    await work.up();
    untouched = await work.account();
  });

  after(() => work.close());

  interface Ran {
    readonly code: number | undefined;
    readonly said: string;
    readonly trial: TrialResult | undefined;
  }

  async function ran(scenario: Readonly<Record<string, unknown>>): Promise<Ran> {
    const whole = { title: 'A pod', why: 'To see what becomes of it.', maxExposure: '30s', ...scenario };
    await writeFile(join(work.folder, `scenarios/app/${scenario['id']}.yaml`), JSON.stringify(whole));
    const { code, stdout, stderr } = await work.windshear('run', String(scenario['id']));
    return { code, said: stdout + stderr, trial: (await work.scorecard()).scenarios[0]?.trials[0] };
  }

  it('takes back the pod that the scheduler has bound to a node meanwhile', async () => {
    const { code, said, trial } = await ran({
      id: 'bound-pod',
      faults: [stray],
      hold: '2s',
      expect: { detections: [{ detector: 'audit-rules', rule: 'unknown-image', within: '4s' }] },
    });
    expect([trial?.rollback.verdict, code], said).to.deep.equal(['clean', 0]);
    expect(await work.account()).to.deep.equal(untouched);
  });

  it('calls the guardrail absent that left the pod running, and takes it back itself', async () => {
    const { code, said, trial } = await ran({
      id: 'unnoticed-pod',
      faults: [stray],
      expect: { guardrails: [{ guardrail: 'release-reconciler', outcome: 'reverted', within: '1s' }] },
    });
    const { verdict, reasonCode } = trial?.guardrails[0] ?? {};
    expect([verdict, reasonCode], said).to.deep.equal(['absent', 'still-in']);
    expect([trial?.rollback.verdict, code], said).to.deep.equal(['clean', 1]);
    expect(await work.account()).to.deep.equal(untouched);
  });
});

const stray = {
  type: 'kubernetes.apply',
  with: {
    manifest: {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
      metadata: { name: 'stray-${marker}', namespace: 'inference' },
      spec: { containers: [{ name: 'main', image: 'registry.example.invalid/miner:1' }] },
    },
  },
};
