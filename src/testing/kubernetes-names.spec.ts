import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { catalogue } from '../catalogue.ts';
import { validateFiles } from '../loading/validate.ts';
import { leaseSchema } from '../model/environment-lease.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { problemText } from '../model/problems.ts';

/** Names of things in the params of plugins, by key. */
const named =
  /^(?:name|namespace|kind|apiVersion|group|version|resource|serviceAccount|clusterRole|deployment|container|webhook)$/;
/** In the path of a request each would lead elsewhere, or to nothing. */
const pathBreakers = ['..', '.', '../..', 'a/../b', 'a%2fb', 'a b', 'a*', ''];
/** Names of a webhook or a policy that are compared with what a refusal says, and asked for nowhere. */
const comparedOnly = new Set(['kubernetes-admission /name']);

interface Plugin {
  readonly type: string;
  readonly params: { safeParse(value: unknown): { readonly success: boolean } };
  readonly example: object;
}

const admission = catalogue.guardrails.get('kubernetes-admission');
const canary = { resource: 'pods', namespace: 'inference', group: 'apps', object: { metadata: { name: 'x' } } };
const plugins: readonly Plugin[] = [
  ...[...catalogue.faults.values()].filter(({ target }) => target === 'kubernetes'),
  ...[...catalogue.probes.values(), ...catalogue.canaries.values()].filter(({ type }) => type.startsWith('kubernetes')),
  ...(admission === undefined ? [] : [{ ...admission, example: { kind: 'webhook', name: 'admission', canary } }]),
] as readonly Plugin[];

describe('names in the params of what asks a cluster', () => {
  for (const { type, params, example } of plugins) {
    for (const at of placesOf(example as JsonObject).filter((place) => !comparedOnly.has(`${type} ${place}`))) {
      it(`are refused by ${type} where they break a path: ${at}`, () => {
        expect(params.safeParse(example).success).to.equal(true);
        for (const bad of pathBreakers) {
          // The core group has no name.
          if (at.endsWith('/group') && bad === '') continue;
          const changed = { ...(withValue(example as JsonObject, at, bad) as object) };
          expect(params.safeParse(changed).success, `'${bad}'`).to.equal(false);
        }
      });
    }
  }

  const manifest = (kind: string, name: string, apiVersion = 'v1') => ({
    manifest: { apiVersion, kind, metadata: { name } },
  });
  const patched = (kind: string, name: string, apiVersion = 'v1') => ({
    ...{ apiVersion, kind, name },
    patch: [{ op: 'remove', path: '/metadata/labels/a' }],
  });
  const rbac = 'rbac.authorization.k8s.io/v1';
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
  const marker = '${marker}';
  for (const [type, params, isName] of [
    ['kubernetes.apply', manifest('ConfigMap', 'a.b-c'), true],
    ['kubernetes.apply', manifest('ConfigMap', `a-${marker}`), true],
    ['kubernetes.apply', manifest('ConfigMap', `${marker}.a`), true],
    ['kubernetes.apply', manifest('ConfigMap', `-${marker}`), false],
    ['kubernetes.apply', manifest('ConfigMap', `${'a'.repeat(240)}${marker}`), false],
    ['kubernetes.apply', manifest('ConfigMap', 'a..b'), false],
    ['kubernetes.apply', manifest('ConfigMap', 'a:b'), false],
    ['kubernetes.apply', manifest('ConfigMap', 'A'), false],
    ['kubernetes.apply', manifest('Service', 'a.b'), false],
    ['kubernetes.apply', manifest('ClusterRole', `system:Any_${marker}`, rbac), true],
    ['kubernetes.apply', manifest('Widget', 'a:b', 'example.com/v1'), false],
    ['kubernetes.apply', manifest('Widget', 'a', 'example..com/v1'), false],
    ['kubernetes.patch', patched('ConfigMap', 'a_b'), false],
    ['kubernetes.patch', patched('Namespace', 'a.b'), false],
    ['kubernetes.patch', patched('Role', 'system:a_b', rbac), true],
    ['kubernetes.patch', patched('ImageStreamTag', 'app:latest', 'image.openshift.io/v1'), true],
    ['kubernetes.delete', { kind: 'ConfigMap', name: 'a:b' }, false],
    ['kubernetes.delete', { kind: 'ClusterRole', name: 'system:a' }, true],
  ] as const) {
    it(`are ${isName ? 'taken' : 'refused'} by the rule of their kind: ${type} ${JSON.stringify(params).slice(0, 80)}`, () => {
      expect(catalogue.faults.get(type)?.params.safeParse(params).success).to.equal(isName);
    });
  }

  it('are refused in the place of a lease', () => {
    const lease = (namespace: string) => leaseSchema.safeParse({ type: 'kubernetes', namespace }).success;
    expect(['windshear', ...pathBreakers, 'A'].map(lease)).to.deep.equal([
      true,
      ...pathBreakers.map(() => false),
      false,
    ]);
  });

  it('are refused in the path of a watch', () => {
    const watch = catalogue.channels.get('kubernetes-watch');
    const takes = (path: string) => watch?.params.safeParse({ server: 'https://127.0.0.1:6443', path }).success;
    const good = ['/api/v1/events', '/apis/apps/v1/namespaces/x/deployments', '/api/v1/events/'];
    const bad = ['/api/../v1', '/api/v1/..', '/api/v1/namespaces/%2e%2e/pods', '/api/v1//events', '/api/./v1'];
    expect([...good, ...bad].map(takes)).to.deep.equal([...good.map(() => true), ...bad.map(() => false)]);
  });
});

describe('validate of a scenario whose name no object can bear', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-names-'));
    await mkdir(join(folder, 'scenarios'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('tells where it stands, and what it must be', async () => {
    const text = `id: dots
title: A name of dots
why: No object can bear it.
faults:
  - type: kubernetes.apply
    with:
      manifest:
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: "..", namespace: inference }
  - type: kubernetes.patch
    with:
      apiVersion: v1
      kind: ConfigMap
      namespace: inference
      name: A_b
      patch: [{ op: remove, path: /data/a }]
expect:
  guardrails:
    - { guardrail: release-reconciler, outcome: reverted, within: 1s }
maxExposure: 30s
`;
    await writeFile(join(folder, 'scenarios/dots.yaml'), text);
    const environmentFile = new URL('../../windshear.yaml', import.meta.url).pathname;
    const scenarios = [join(folder, 'scenarios')];
    const { problems } = await validateFiles({ environmentFile, scenarios, catalogue });
    expect(problems.map((one) => problemText(one).replace(`${folder}/`, ''))).to.deep.equal([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scenario's own placeholder
      "scenarios/dots.yaml:10:27: faults[0].with.manifest.metadata.name must be a name that can stand in a path, and may hold ${marker}, got '..'.",
      "scenarios/dots.yaml:16:13: faults[1].with.name must be a DNS name of at most 253 characters, got 'A_b'.",
    ]);
  });
});

/** JSON Pointers to the names in params. */
function placesOf(value: Json, at = ''): readonly string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (named.test(key) ? [`${at}/${key}`] : []) : placesOf(inner ?? null, `${at}/${key}`),
  );
}

function withValue(object: JsonObject, at: string, value: Json): Json {
  const [key = '', ...rest] = at.split('/').slice(1);
  const inner = object[key] ?? null;
  return { ...object, [key]: rest.length === 0 ? value : withValue(inner as JsonObject, `/${rest.join('/')}`, value) };
}
