import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { RoleManifest } from '../../session/least-roles.ts';
import type { Plan } from '../../session/plan.ts';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import type { StagingState } from '../../staging/state.ts';
import { runsOf, stepsOf } from './command-line.ts';
import { shareAsLive } from './live-environment.ts';
import { putRolePolicy } from './role-policies.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const revertedWithinMs = 5000;

/** Where the lease lies, each by its own clients. */
const leases: Readonly<Record<string, (state: StagingState) => string>> = {
  s3: ({ buckets }) => `{ type: s3, bucket: ${buckets.modelsGuarded}, ttl: 10s }`,
  kubernetes: ({ kubernetes }) => `{ type: kubernetes, namespace: ${kubernetes.namespace}, ttl: 10s }`,
};

describe('the watchdog of a live environment', function () {
  this.timeout(180_000);
  let work: Workplace;
  let state: StagingState;
  let untouched: unknown;
  let config: string;

  before(async () => {
    work = await openWorkplace();
    config = await readFile(join(work.folder, 'windshear.yaml'), 'utf8');
    await work.hasten('bucket-policy-flip', '500ms');
    await writeFile(join(work.folder, 'mirror.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
    state = await work.up();
  });

  after(() => work.close());

  const logPath = () => join(work.folder, '.windshear/watchdog.log');
  const written = () => readFile(logPath(), 'utf8').catch(() => '');

  for (const [kind, lease] of Object.entries(leases)) {
    it(`reverts within 5 s what a killed harness left in, with a lease in ${kind}`, async () => {
      await writeFile(join(work.folder, 'windshear.yaml'), config);
      const mirror = `{ mirror: { key: { file: ${join(work.folder, 'mirror.key')} } } }`;
      await shareAsLive(work, state, `lease: ${lease(state)}\njournal: ${mirror}\n`);
      const { stdout } = await work.windshear('plan', '--json', 'bucket-policy-flip', '--env', 'shared');
      await addRights(state, JSON.parse(stdout) as Plan);
      untouched = withoutLease(await work.account());
      await rm(logPath(), { force: true });
      const going = work.start('run', 'bucket-policy-flip', '--env', 'shared');
      await going.reached('fault 1 acknowledged');
      going.kill('SIGKILL');
      const killedAtMs = performance.now();
      await going.ended;
      let log = await written();
      while (!/Done \(\d+\)/.test(log) && performance.now() - killedAtMs < revertedWithinMs) {
        await sleep(20);
        log = await written();
      }
      const run = (await runsOf(work.folder)).at(-1) ?? '';
      expect((await stepsOf(work.folder, run)).at(-1), log).to.equal('run-ended');
      expect(log).to.contain('Done (0).');
      expect(log).to.match(/The harness \(pid \d+\) died; recovering 'shared'/);
      expect(withoutLease(await work.account()), log).to.deep.equal(untouched);
      const again = await work.windshear('recover', '--env', 'shared');
      expect(again.stdout, again.stderr + log).to.equal(
        'Nothing to recover: no dead run of this folder has left anything in.',
      );
    });
  }

  it('goes home when the run ends', async () => {
    const before = await written();
    const { code, stdout, stderr } = await work.windshear('run', 'bucket-policy-flip', '--env', 'shared');
    expect(code, stdout + stderr).to.be.oneOf([0, 1, 3]);
    expect(await written()).to.equal(before);
  });
});

/** The lease stays when it is free, and tells who had it last. */
function withoutLease(account: unknown): unknown {
  const rest = (key: string, value: unknown) => {
    if (key === 'coordination.k8s.io/leases') return undefined;
    return Array.isArray(value) ? value.filter((one) => !String(one).startsWith('windshear/lease ')) : value;
  };
  return JSON.parse(JSON.stringify(account, rest));
}

/** Gives the identity that reverts, beside its own rights, those that plan prints: the lease's are among them. */
async function addRights(state: StagingState, plan: Plan): Promise<void> {
  const { kubernetes } = state;
  await putRolePolicy(state, 'revert', { name: 'planned', document: plan.policies.revert });
  const api = `/apis/rbac.authorization.k8s.io/v1/namespaces/${kubernetes.namespace}`;
  for (const { metadata, rules } of plan.roles.revert.filter(
    ({ metadata: { namespace } }) => namespace !== undefined,
  )) {
    const path = `${api}/roles/${metadata.name}`;
    const now = (await askClusterAdmin(kubernetes, { method: 'GET', path })) as RoleManifest;
    await askClusterAdmin(kubernetes, { method: 'PUT', path, body: { ...now, rules: [...now.rules, ...rules] } });
  }
}
