import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { trialLabel } from '../../faults/kubernetes/names.ts';
import type { TrialResult } from '../../model/scorecard.ts';
import { eventually } from '../../staging/calls.fixture.ts';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import type { StagingState } from '../../staging/state.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

/** What becomes of pods on the embedded staging, whose scheduler and controllers write to them as those of a cluster do. */
describe('windshear run that starts a pod', function () {
  this.timeout(120_000);
  let work: Workplace;
  let staging: StagingState;
  let untouched: unknown;

  before(async () => {
    work = await openWorkplace();
    staging = await work.up();
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

  it('asks nobody who judges pods by a label on a Deployment whose pods are there', async () => {
    const { code, said, trial } = await ran({
      id: 'labelled-deployment',
      faults: [labelled],
      expect: { guardrails: [{ guardrail: 'admission', outcome: 'prevented', within: '4s' }] },
    });
    const { verdict, reasonCode } = trial?.guardrails[0] ?? {};
    expect([verdict, reasonCode, code], said).to.deep.equal(['inconclusive', 'not-asked', 3]);
    expect(await work.account()).to.deep.equal(untouched);
  });

  it('leaves the pod that somebody created again under the label of another trial, and says so', async () => {
    const recreated = recreate(staging.kubernetes);
    const { code, said, trial } = await ran({
      id: 'relabelled-pod',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own reference
      faults: [{ type: 'kubernetes.rogue-pod', with: { namespace: '${env.namespace}', rogue: 'unknownImage' } }],
      expect: { guardrails: [{ guardrail: 'release-reconciler', outcome: 'reverted', within: '2s' }] },
    });
    const name = await recreated;
    expect([trial?.rollback.verdict, code], said).to.deep.equal(['dirty', 6]);
    // It came again, or was altered, as the looks fall.
    expect(trial?.guardrails[0]?.verdict, said).to.be.oneOf(['absent', 'inconclusive']);
    expect(said).to.contain(name);
    await askClusterAdmin(staging.kubernetes, { method: 'DELETE', path: `${pods}/${name}?gracePeriodSeconds=0` });
    expect((await work.windshear('recover')).code).to.equal(0);
    expect(await work.account()).to.deep.equal(untouched);
  });
});

const labelled = {
  type: 'kubernetes.patch',
  with: {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'inference', name: 'inference-preview' },
    patch: [{ op: 'add', path: '/metadata/labels', value: { team: 'unknown' } }],
  },
};

const pods = '/api/v1/namespaces/inference/pods';
const list = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
      spec: z.looseObject({ nodeName: z.string().optional() }),
    }),
  ),
});

/** Waits for a pod of a trial to run, and creates it again as that of another one; answers its name. */
async function recreate(kubernetes: StagingState['kubernetes']): Promise<string> {
  const pod = await eventually(async () => {
    const { items } = list.parse(await askClusterAdmin(kubernetes, { method: 'GET', path: pods }));
    return items.find(({ metadata, spec }) => trialLabel in (metadata.labels ?? {}) && spec.nodeName !== undefined);
  });
  const { name, labels } = pod.metadata;
  const { nodeName: _node, ...spec } = pod.spec;
  await askClusterAdmin(kubernetes, { method: 'DELETE', path: `${pods}/${name}?gracePeriodSeconds=0` });
  const metadata = { name, labels: { ...labels, [trialLabel]: 'wsaaaaaaaaaaaa' } };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  await askClusterAdmin(kubernetes, { method: 'POST', path: pods, body });
  return name;
}

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
