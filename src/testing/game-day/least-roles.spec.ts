import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { attemptWithout, printedRights } from '../least-rights/attempt.ts';
import { grant } from '../least-rights/grant.ts';
import { type Rights, removalsFrom } from '../least-rights/removals.ts';
import { fullOutcomes, outcomesOf } from './outcomes.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const scenarios = [
  'rogue-privileged-pod',
  'rogue-bare-pod',
  'cluster-admin-binding',
  'release-image-drift',
  'service-account-sprawl',
];

/** A few of `npm run least-rights`: where a right is taken away from, and what ends the run. */
const sample = [
  { of: 'rogue-bare-pod', who: 'tester', right: 'create pods', ending: 'preflight' },
  { of: 'rogue-bare-pod', who: 'revert', right: 'delete pods', ending: 'preflight' },
] as const;

describe('windshear run with the roles that plan prints, and no other rights in the cluster', function () {
  this.timeout(180_000);
  let work: Workplace;
  let rights: Rights;

  before(async () => {
    work = await openWorkplace();
    const state = await work.up();
    rights = await printedRights(work, ...scenarios);
    await grant(state, rights);
  });

  after(() => work.close());

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
    const untouched = await work.account();
    const { stdout, stderr } = await work.windshear('run', ...scenarios);
    const expected = Object.fromEntries(scenarios.map((id) => [id, fullOutcomes[id]]));
    expect(outcomesOf(await work.scorecard()), stdout + stderr).to.deep.equal(expected);
    expect(await work.account()).to.deep.equal(untouched);
  });

  for (const { of, who, right, ending } of sample) {
    it(`is refused in ${ending} where the ${who} lacks '${right}' (${of})`, async () => {
      const removal = removalsFrom(rights).find((one) => one.who === who && one.right === right);
      if (removal === undefined) throw new Error(`'${right}' is not printed.`);
      const { printed, ...ended } = await attemptWithout(work, of, removal);
      expect(ended, printed).to.deep.equal({ ending, faults: [] });
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
