import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Dump } from '../../staging/dump.ts';
import type { StagingState } from '../../staging/state.ts';
import { type Ended, runsOf, stepsOf } from './command-line.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const namespace = 'inference';

const getDocumentation =
  "fetch(process.argv[1] + '/documentation').then(async (a) => console.log((await a.json()).public))";
const putDocumentation = `const [, admin, shown] = process.argv;
  const headers = { 'content-type': 'application/json' };
  fetch(admin + '/documentation', { method: 'PUT', headers, body: '{"public":' + shown + '}' })
    .then((answer) => process.exit(answer.ok ? 0 : 1));`;

/** What each fault is given; the harness is killed once it has acknowledged. */
const faults: Readonly<Record<string, (state: StagingState) => object>> = {
  'kubernetes.rogue-pod': () => ({ namespace, rogue: 'unknownImage' }),
  'kubernetes.cluster-admin-binding': () => ({ namespace, serviceAccount: 'inference-worker', clusterRole: 'view' }),
  'kubernetes.image-drift': ({ kubernetes }) => ({
    namespace,
    deployment: kubernetes.workloads.preview,
    container: 'preview',
    image: 'registry.internal/inference-preview:0.0.1',
  }),
  'kubernetes.service-account-sprawl': () => ({ namespace, count: 5 }),
  'kubernetes.secret-read': () => ({ namespace }),
  external: () => ({ what: 'somebody else', touches: ['namespace/inference'] }),
  'process.exec': ({ application: { admin } }) => ({
    argv: [process.execPath, '-e', putDocumentation, admin, 'true'],
    touches: ['endpoint/model-card'],
    read: { argv: [process.execPath, '-e', getDocumentation, admin], pointer: '' },
    undo: { argv: [process.execPath, '-e', putDocumentation, admin, `\${before}`] },
  }),
  'kubernetes.network-policy-delete': ({ kubernetes }) => ({ namespace, name: kubernetes.networkPolicy }),
  'kubernetes.admission-webhook-disabled': ({ kubernetes: { admission } }) => ({
    name: admission.configuration,
    webhook: admission.webhook,
  }),
  'kubernetes.apply': () => ({
    manifest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `extra-\${marker}`, namespace } },
  }),
  'kubernetes.patch': ({ kubernetes }) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name: kubernetes.workloads.preview,
    patch: [{ op: 'replace', path: '/spec/replicas', value: 3 }],
  }),
  'kubernetes.delete': () => ({ kind: 'ConfigMap', namespace, name: 'inference-settings' }),
  'app.region-outage': ({ application }) => ({ admin: application.admin, region: 'us-east-1', mode: 'hang' }),
  'app.endpoint-exposed': ({ application }) => ({ admin: application.admin }),
  'app.model-swapped': ({ application }) => ({
    admin: application.admin,
    version: application.model.version,
    digest: `sha256:${'0bad'.repeat(16)}`,
  }),
  'http.request': ({ application: { admin } }) => ({
    method: 'PUT',
    url: `${admin}/documentation`,
    body: { public: true },
    touches: ['endpoint/model-card'],
    read: { url: `${admin}/documentation`, pointer: '/public' },
    undo: { method: 'PUT', url: `${admin}/documentation`, body: { public: { $before: '' } } },
  }),
};

const kills: readonly (readonly [type: string, step: string])[] = [
  ...Object.keys(faults).map((type) => [type, 'fault 0 acknowledged'] as const),
  ['kubernetes.service-account-sprawl', 'fault 0 intent'],
  ['kubernetes.image-drift', 'fault 0 reverting'],
];

describe('windshear recover after kill -9, in cluster and application', function () {
  this.timeout(300_000);
  const seen = new Map<string, Killed>();

  // All share a staging, so that a later one also shows what an earlier one left.
  before(async () => {
    const work = await openWorkplace();
    try {
      await work.edit('windshear.yaml', (text) =>
        text.replace('    targets:\n', `    targets:\n      process: { executables: ['${process.execPath}'] }\n`),
      );
      const state = await work.up();
      const untouched = await work.account();
      for (const [type, step] of kills) {
        const id = type.replaceAll('.', '-');
        await writeScenario(work, id, { type, with: faults[type]?.(state) });
        seen.set(`${type} ${step}`, await killedAt(work, { id, step, untouched }));
      }
    } finally {
      await work.close();
    }
  });

  for (const [type, step] of kills) {
    it(`leaves the staging as it was where ${type} was killed at '${step}'`, () => {
      const killed = seen.get(`${type} ${step}`);
      expect(killed?.stepsThen, 'the run was not in the middle').not.to.include('run-ended');
      expect(killed?.recovered.code, killed?.recovered.stderr).to.equal(0);
      expect(killed?.after).to.deep.equal(killed?.untouched);
      expect(killed?.left, 'pre-images and locks').to.deep.equal([]);
    });
  }
});

interface Killed {
  readonly stepsThen: readonly string[];
  readonly recovered: Ended;
  readonly untouched: Dump;
  readonly after: Dump;
  readonly left: readonly string[];
}

/** What nobody meets makes the trial listen until it is killed. */
async function writeScenario(work: Workplace, id: string, fault: object): Promise<void> {
  const scenario = {
    id,
    title: 'A harness is killed',
    why: 'What it changed must be taken back all the same.',
    faults: [fault],
    expect: { detections: [{ detector: 'uptime', rule: 'no-such-rule', within: '500ms' }] },
    maxExposure: '30s',
  };
  await mkdir(join(work.folder, 'scenarios/killed'), { recursive: true });
  await writeFile(join(work.folder, `scenarios/killed/${id}.yaml`), JSON.stringify(scenario));
}

async function killedAt(
  work: Workplace,
  { id, step, untouched }: { readonly id: string; readonly step: string; readonly untouched: Dump },
): Promise<Killed> {
  const going = work.start('run', id);
  await going.reached(step);
  going.kill('SIGKILL');
  await going.ended;
  const stepsThen = await stepsOf(work.folder, (await runsOf(work.folder)).at(-1) ?? '');
  const recovered = await work.windshear('recover');
  const after = await settled(work, untouched);
  return { stepsThen, recovered, untouched, after, left: [...(await work.files('.windshear/state')).keys()] };
}

/** A Deployment that was taken back still has to replace its pods. */
async function settled(work: Workplace, untouched: Dump): Promise<Dump> {
  const deadlineMs = performance.now() + 5000;
  for (;;) {
    const now = await work.account();
    if (performance.now() > deadlineMs || JSON.stringify(now) === JSON.stringify(untouched)) return now;
  }
}
