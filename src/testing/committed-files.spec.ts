import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { catalogue } from '../catalogue.ts';
import { validateFiles } from '../loading/validate.ts';
import { techniqueNames } from '../model/attack.ts';
import { generatedSchemas } from '../model/json-schema.ts';
import { problemText } from '../model/problems.ts';
import { holdsReference } from '../model/references.ts';
import { expectationId } from '../model/scenario.ts';
import type { StagingState } from '../staging/state.ts';

const top = fileURLToPath(new URL('../../', import.meta.url));
const iam = 'arn:aws:iam::111122223333:role/';
const trail = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/';
const here = 'http://127.0.0.1:5';
/** A state as `staging up` writes it. */
const staging: StagingState = {
  id: 'stg-abc',
  pid: 4711,
  processStart: '1',
  startedAt: '2026-01-01T00:00:00.000Z',
  control: `${here}/control`,
  aws: {
    endpoint: 'http://127.0.0.1:4000',
    emulator: 'http://127.0.0.1:4001',
    account: '111122223333',
    secondAccount: '444455556666',
    region: 'us-east-1',
    secondRegion: 'eu-west-1',
  },
  credentials: {
    tester: '/s/tester.json',
    revert: '/s/revert.json',
    detectors: '/s/detectors.json',
    admin: '/s/admin.json',
  },
  roles: {
    tester: `${iam}windshear-tester`,
    revert: `${iam}windshear-revert`,
    remediator: `${iam}identity-remediator`,
    appFirst: `${iam}inference-api`,
    appSecond: `${iam}inference-worker`,
    beacon: `${iam}windshear-beacon`,
  },
  users: { protected: 'break-glass-admin', ordinary: 'build-bot' },
  buckets: { models: 'inference-models', modelsGuarded: 'inference-models-guarded' },
  lambda: { function: 'inference-preprocessor' },
  autoscaling: {
    group: 'inference-asg',
    launchTemplate: 'lt-0abc',
    image: 'ami-0abc',
    rogueImage: 'ami-0rogue',
    subnet: 'subnet-0abc',
  },
  trails: { primary: `${trail}trail-primary`, regional: `${trail}trail-regional` },
  kubernetes: {
    server: 'https://127.0.0.1:6443',
    caFile: '/s/kubernetes/ca.pem',
    clusterUid: '0f9a7d9e-0000-4000-8000-000000000000',
    kubeconfig: '/s/kubernetes/kubeconfig.json',
    tokens: { tester: '/s/tester.token', revert: '/s/revert.token', admin: '/s/admin.token' },
    users: { reconciler: 'release-reconciler', remediator: 'binding-remediator' },
    beacon: { namespace: 'windshear-beacon', label: { key: 'windshear.dev/staging', value: 'embedded' } },
    namespace: 'inference',
    workloads: { api: 'inference-api', worker: 'inference-worker', preview: 'inference-preview' },
    images: { api: 'registry.internal/a:1', worker: 'registry.internal/b:1', preview: 'registry.internal/c:1' },
    networkPolicy: 'default-deny',
    canaryNamespace: 'windshear-canary',
    admission: { configuration: 'admission-rego', webhook: 'admission-rego.windshear.dev' },
    audit: { file: '/s/audit/kubernetes.jsonl' },
  },
  application: {
    router: `${here}1`,
    endpoint: `${here}1/v1/infer`,
    admin: `${here}2`,
    regions: [
      { name: 'eu-west-1', url: `${here}3` },
      { name: 'us-east-1', url: `${here}4` },
    ],
    model: { version: 'resnet-7', digest: 'sha256:0' },
    token: '/s/application.token',
    audit: { file: '/s/audit/application.jsonl' },
  },
  audit: { file: '/s/audit/trail-primary.jsonl' },
  canary: { role: 'windshear-canary' },
  detectors: {
    'trail-rules': { queueUrl: 'http://127.0.0.1:4000/111122223333/q', test: 'http://127.0.0.1:5/trail-rules/test' },
    'identity-rules': { subscribe: 'http://127.0.0.1:5/subscriptions', test: 'http://127.0.0.1:5/test' },
    posture: { alerts: 'http://127.0.0.1:5/posture/api/v2/alerts' },
    profile: { file: '/s/profile/alerts.jsonl' },
    uptime: { subscribe: `${here}/uptime/subscriptions`, test: `${here}/uptime/test` },
    'audit-rules': { subscribe: `${here}/audit-rules/subscriptions`, test: `${here}/audit-rules/test` },
  },
  options: { without: [], delay: {}, noise: null },
};

describe('the committed windshear.yaml and scenarios', () => {
  const validate = (state?: typeof staging) =>
    validateFiles({
      environmentFile: `${top}windshear.yaml`,
      scenarios: [`${top}scenarios`, `${top}examples`],
      catalogue,
      ...(state === undefined ? {} : { staging: state }),
    });

  for (const [title, state] of [
    ['a staging that is up', staging],
    ['no staging', undefined],
  ] as const) {
    it(`are valid with ${title}, without a warning`, async () => {
      const { problems, warnings, counts } = await validate(state);
      expect([...problems, ...warnings].map(problemText)).to.deep.equal([]);
      expect(counts.scenarios).to.be.at.least(15);
    });
  }

  it('leave no reference behind once the staging is up', async () => {
    const { chosen, scenarios } = await validate(staging);
    const { environment } = chosen ?? {};
    expect(holdsReference(JSON.parse(JSON.stringify(environment ?? null)))).to.equal(false);
    const params = scenarios.flatMap((bound) => [...bound.faults, ...bound.control].map((fault) => fault.params));
    expect(holdsReference(JSON.parse(JSON.stringify(params)))).to.equal(false);
  });

  it('name techniques whose names are known', async () => {
    const { scenarios } = await validate(staging);
    for (const id of scenarios.flatMap(({ techniques }) => techniques)) expect(techniqueNames, id).to.have.property(id);
  });

  it('expect what the first game day is about', async () => {
    const { scenarios } = await validate(staging);
    const ids = scenarios.flatMap(({ scenario: { id, expect: expected } }) => [
      ...expected.detections.map((e) => `${id}: ${expectationId.detection(e)}`),
      ...expected.guardrails.map((e) => `${id}: ${expectationId.guardrail(e)}`),
      ...expected.blind.map((e) => `${id}: ${expectationId.blind(e)}`),
    ]);
    expect(ids).to.include.members([
      'access-key-refused: explicit-deny/prevented',
      'access-key-refused: identity-rules/access-key-attempt',
      'bucket-policy-flip: posture/PublicBucket',
      'bucket-policy-flip: trail-rules/s3-public-policy',
      'bucket-policy-flip-guarded: block-public-access/prevented',
      'bucket-policy-flip-guarded: trail-rules/s3-public-policy-attempt',
      'lambda-environment-drift: trail-rules/lambda-environment-*',
      'rogue-instance: profile/unusual-action',
      'role-over-privilege: identity-rules/admin-policy-attached',
      'role-over-privilege: identity-remediator/reverted',
      'trail-stopped: trail-rules/trail-stopped',
      'trail-stopped: trail-rules/blind',
      'trust-policy-opened: trail-rules/trust-policy-foreign-account',
      'trust-policy-opened: posture/ForeignTrust',
    ]);
  });
});

describe('generatedSchemas', () => {
  it('describes the params of every fault', () => {
    const schema = generatedSchemas(catalogue).get('scenarios/scenario.schema.json') ?? '';
    for (const type of catalogue.faults.keys()) expect(schema).to.contain(`"const": "${type}"`);
  });
});
