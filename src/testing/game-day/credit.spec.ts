import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GuardrailResult, TrialResult } from '../../model/scorecard.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** Who is credited with what a fault meets on the embedded staging, in scenarios that a user may well write. */
describe('windshear run that asks whom a guardrail saved from what', function () {
  this.timeout(120_000);
  let work: Workplace;
  let untouched: unknown;

  before(async () => {
    work = await openWorkplace();
    await work.up();
    untouched = await work.account();
  });

  after(() => work.close());

  async function trialOf(scenario: Readonly<Record<string, unknown>>): Promise<TrialResult> {
    const whole = { title: 'A scenario of a user', why: 'To see who is credited.', maxExposure: '30s', ...scenario };
    await writeFile(join(work.folder, `scenarios/app/${scenario['id']}.yaml`), JSON.stringify(whole));
    const { stdout, stderr } = await work.windshear('run', String(scenario['id']));
    const trial = (await work.scorecard()).scenarios[0]?.trials[0];
    if (trial === undefined) throw new Error(stdout + stderr);
    expect(await work.account()).to.deep.equal(untouched);
    return trial;
  }

  const told = (result: GuardrailResult | undefined) => [result?.verdict, result?.reasonCode];

  it('J15: credits admission that refuses the pods of a Deployment, which itself may be written', async () => {
    const { guardrails, detections, rollback } = await trialOf({
      id: 'privileged-deployment',
      faults: [deployment('drift', { privileged: true })],
      control: [deployment('plain', {})],
      expect: {
        detections: [{ detector: 'audit-rules', rule: 'rogue-pod-attempt', of: 'attempt', within: '4s' }],
        guardrails: [{ guardrail: 'admission', outcome: 'prevented', within: '4s' }],
      },
    });
    expect(detections[0]?.verdict, detections[0]?.reason).to.equal('attempt');
    expect(told(guardrails[0])).to.deep.equal(['prevented', 'in-time']);
    expect(rollback.verdict).to.equal('clean');
  });

  it('J17: credits no router where users never felt the fault', async () => {
    const { guardrails, verdict } = await trialOf({
      id: 'outage-unfelt',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own reference
      faults: [{ type: 'app.endpoint-exposed', with: { admin: '${env.inference.admin}' } }],
      expect: { guardrails: [{ guardrail: 'router', outcome: 'mitigated', within: '2s' }] },
    });
    expect(told(guardrails[0])).to.deep.equal(['inconclusive', 'not-felt']);
    expect(verdict).to.equal('inconclusive');
  });
});

/** A Deployment of one pod, with a container of this security context. */
function deployment(name: string, securityContext: object) {
  const image = 'registry.internal/inference-api:1.4.2';
  const labels = { app: name };
  return {
    type: 'kubernetes.apply',
    with: {
      manifest: {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
        metadata: { name: `${name}-\${marker}`, namespace: 'inference' },
        spec: {
          ...{ replicas: 1, selector: { matchLabels: labels } },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image, securityContext }] } },
        },
      },
    },
  };
}
