import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BlindnessResult } from '../../model/scorecard.ts';
import type { StagingState } from '../../staging/state.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scenario = (id: string, fault: object) => ({
  id,
  title: 'Admission control is disabled',
  why: 'A guardrail that is still listed and stops nothing is worse than none.',
  faults: [fault],
  expect: { blindGuardrails: [{ guardrail: 'admission', within: '2s' }] },
  maxExposure: '30s',
});

describe('windshear run that expects a guardrail to be disabled', function () {
  this.timeout(120_000);
  let work: Workplace;
  let state: StagingState;
  let untouched: unknown;

  before(async () => {
    work = await openWorkplace();
    state = await work.up();
    untouched = await work.account();
  });

  after(() => work.close());

  async function run(
    id: string,
    fault: object,
  ): Promise<{ code: number | undefined; out: string; result?: BlindnessResult }> {
    await writeFile(join(work.folder, `scenarios/kubernetes/${id}.yaml`), JSON.stringify(scenario(id, fault)));
    const { code, stdout, stderr } = await work.windshear('run', id);
    const result = (await work.scorecard()).scenarios[0]?.trials[0]?.blindness[0];
    return { code, out: stdout + stderr, ...(result === undefined ? {} : { result }) };
  }

  it('finds it blind: it lets through, in between, what it refuses before and after', async () => {
    const { code, stdout, stderr } = await work.windshear('run', 'examples/admission-disabled.yaml');
    const trial = (await work.scorecard()).scenarios[0]?.trials[0];
    const out = stdout + stderr;
    const result = trial?.blindness[0];
    expect(trial, out).to.include({ verdict: 'passed' });
    expect(trial?.rollback.verdict).to.equal('clean');
    expect(result, out).to.include({ id: 'admission/blind', guardrail: 'admission', verdict: 'blind' });
    expect(result?.canaries.map(({ received }) => received)).to.deep.equal([true, false, true]);
    expect(code).to.equal(0);
    expect(await work.account()).to.deep.equal(untouched);
  });

  it('finds it awake where the fault disables something else', async () => {
    const fault = {
      type: 'kubernetes.delete',
      with: { kind: 'ConfigMap', namespace: 'inference', name: 'inference-settings' },
    };
    const { code, out, result } = await run('admission-awake', fault);
    expect(result, out).to.include({ verdict: 'not-blind', reasonCode: 'guardrail-on' });
    expect(result?.reason).to.contain(state.kubernetes.admission.webhook);
    expect(code).to.equal(1);
    expect(await work.account()).to.deep.equal(untouched);
  });

  it('leaves it open where nobody could be asked, so that what it refuses passed', async () => {
    const { configuration: name } = state.kubernetes.admission;
    const fault = {
      type: 'kubernetes.patch',
      with: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        name,
        patch: [
          { op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' },
          { op: 'replace', path: '/webhooks/0/clientConfig/url', value: 'https://127.0.0.1:9/admit' },
        ],
      },
    };
    const { code, out, result } = await run('admission-unreachable', fault);
    expect(result, out).to.include({ verdict: 'inconclusive', reasonCode: 'failed-open' });
    expect(result?.reason).to.contain(`webhook ${state.kubernetes.admission.webhook} failed open (audit `);
    expect(code).to.equal(3);
    expect(await work.account()).to.deep.equal(untouched);
  });
});
