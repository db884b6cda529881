import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RoleManifest } from '../../session/least-roles.ts';
import type { Plan } from '../../session/plan.ts';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import type { StagingState } from '../../staging/state.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scenarios = [
  'rogue-privileged-pod',
  'rogue-bare-pod',
  'cluster-admin-binding',
  'release-image-drift',
  'service-account-sprawl',
];

/** A right that one scenario needs, for each identity and kind of role. */
const needed = [
  { scenario: 'rogue-bare-pod', who: 'tester', resource: 'pods' },
  { scenario: 'rogue-bare-pod', who: 'revert', resource: 'pods' },
  { scenario: 'cluster-admin-binding', who: 'tester', resource: 'clusterroles' },
  { scenario: 'service-account-sprawl', who: 'revert', resource: 'secrets' },
] as const;

describe('windshear run with the roles that plan prints, and no other rights in the cluster', function () {
  this.timeout(180_000);
  let work: Workplace;
  let state: StagingState;
  let untouched: unknown;
  let roles: Plan['roles'];

  before(async () => {
    work = await openWorkplace();
    state = await work.up();
    const { stdout } = await work.windshear('plan', '--json', ...scenarios);
    roles = (JSON.parse(stdout) as Plan).roles;
  });

  after(() => work.close());

  beforeEach(async () => {
    await grant(state, roles);
    untouched = await work.account();
  });

  it('is planned without a mutating call, on either half of the staging', async () => {
    const files = ['kubernetes.jsonl', 'trail-primary.jsonl', 'trail-regional.jsonl'];
    const recorded = async () => {
      const texts = await Promise.all(files.map((file) => read(work, file)));
      return texts.flat().filter((line) => line.includes('windshear-tester') || line.includes('windshear-revert'));
    };
    const before = await recorded();
    const { code } = await work.windshear('plan');
    const since = (await recorded()).slice(before.length);
    expect(code).to.equal(0);
    expect(since, 'plan asked for rights').to.have.length.greaterThan(5);
    expect(since.filter(isMutating)).to.deep.equal([]);
  });

  it('succeeds for every scenario of the cluster', async () => {
    const { stdout, stderr } = await work.windshear('run', ...scenarios);
    const expected = Object.fromEntries(scenarios.map((id) => [id, fullOutcomes[id]]));
    expect(outcomesOf(await work.scorecard()), stdout + stderr).to.deep.equal(expected);
    expect(await work.account()).to.deep.equal(untouched);
  });

  for (const { scenario, who, resource } of needed) {
    it(`leaves nothing of ${scenario} in where the ${who} lacks its rule on ${resource}`, async () => {
      await grant(state, { ...roles, [who]: roles[who].map((role) => without(role, resource)) });
      untouched = await work.account();
      const { code, stdout, stderr } = await work.windshear('run', scenario);
      expect(code, stdout + stderr).to.be.oneOf([1, 3, 4]);
      // Where preflight refuses, there is no scorecard of this run.
      if (code !== 4)
        expect(outcomesOf(await work.scorecard())[scenario], stdout + stderr).to.not.deep.equal(fullOutcomes[scenario]);
      expect(stdout + stderr).to.match(/Nothing was touched|is forbidden/);
      expect(await work.account()).to.deep.equal(untouched);
    });
  }
});

async function read(work: Workplace, file: string): Promise<readonly string[]> {
  const text = await readFile(join(work.folder, '.windshear/staging/audit', file), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** Reviews of access and of oneself are created, and change nothing. */
function isMutating(line: string): boolean {
  const { verb, requestURI, eventName } = JSON.parse(line) as Readonly<Record<string, string | undefined>>;
  if (eventName !== undefined) return !/^(Get|List|Describe|Head|Simulate|AssumeRole)/.test(eventName);
  return (
    !['get', 'list', 'watch'].includes(verb ?? '') &&
    !/^\/apis\/auth(?:orization|entication)\.k8s\.io\/\w+\/self\w+reviews/.test(requestURI ?? '')
  );
}

function without(role: RoleManifest, resource: string): RoleManifest {
  return { ...role, rules: role.rules.filter(({ resources }) => !resources.includes(resource)) };
}

/** Puts the printed rules in the place of those that the staging was seeded with; what is printed for no place has none. */
async function grant({ kubernetes }: StagingState, roles: Plan['roles']): Promise<void> {
  const api = '/apis/rbac.authorization.k8s.io/v1';
  for (const [who, printed] of Object.entries(roles)) {
    const name = `windshear-${who}`;
    const places = [
      { kind: 'ClusterRole', path: `${api}/clusterroles/${name}`, namespace: undefined },
      ...[kubernetes.namespace, 'kube-system'].map((namespace) => ({
        kind: 'Role',
        path: `${api}/namespaces/${namespace}/roles/${name}`,
        namespace,
      })),
    ];
    for (const { kind, path, namespace } of places) {
      const rules = printed.find((one) => one.metadata.namespace === namespace)?.rules ?? [];
      const now = (await askClusterAdmin(kubernetes, { method: 'GET', path })) as { readonly metadata: object };
      const body = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: now.metadata, rules };
      await askClusterAdmin(kubernetes, { method: 'PUT', path, body });
    }
  }
}
