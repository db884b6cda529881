import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { faults, recordOf, startUp } from '../src/staging/detection/detection.fixture.ts';
import { learnProfile } from '../src/staging/detection/profile/profile.ts';
import { tripleOf } from '../src/staging/detection/profile/triple.ts';
import { clusterWarmUp, namesIn, warmUp } from './record-warm-up.ts';

const fault = recordOf(faults.publicPolicy);
const inPhase = (phase: string) =>
  JSON.parse(JSON.stringify(fault).replaceAll('wsabc234def567.i', `wsabc234def567.${phase}`));
const audit = (...records: readonly unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('warmUp', () => {
  it('leaves out what carries the phase of a fault, and keeps every other once', () => {
    expect(warmUp(audit(fault), startUp, 'i')).to.deep.equal([]);
    expect(warmUp(audit(inPhase('c'), inPhase('r'), fault), startUp, 'i')).to.have.length(1);
  });

  it('leaves out a fault whose marker is in the session alone', () => {
    expect(warmUp(audit({ ...fault, userAgent: 'aws-cli' }), startUp, 'i')).to.deep.equal([]);
  });

  it('writes placeholders that the profile of another staging understands', () => {
    const lines = warmUp(audit(inPhase('c')), startUp, 'i');
    expect(lines.join())
      .to.contain('arn:aws:s3:::{models}')
      .and.not.match(/\d{12}/);
    const other = { ...startUp, buckets: { ...startUp.buckets, models: 'models-b2' } };
    const act = recordOf({ ...faults.publicPolicy, parameters: { bucketName: 'models-b2' } });
    expect(learnProfile(lines.join('\n'), other).anomaly(tripleOf(act))).to.equal(undefined);
    expect(learnProfile(lines.join('\n'), startUp).anomaly(tripleOf(act))).not.to.equal(undefined);
  });

  it('sorts its lines', () => {
    const other = { ...inPhase('c'), eventName: 'ABucketCall' };
    const lines = warmUp(audit(inPhase('c'), other), startUp, 'i');
    expect(lines).to.deep.equal([...lines].sort());
  });
});

describe('clusterWarmUp', () => {
  const event = (userAgent: string, more: object = {}) => ({
    ...{ auditID: 'a', stage: 'ResponseComplete', verb: 'delete', requestURI: '/', requestReceivedTimestamp: '' },
    ...{ user: { username: 'windshear-revert' }, userAgent },
    objectRef: { resource: 'pods', namespace: 'inference', name: 'rogue-wsabc234def567' },
    ...more,
  });

  it('leaves out faults and the cluster itself, and keeps every other habit once, without markers', () => {
    const own = { user: { username: 'system:kube-controller-manager' } };
    const events = [
      event('w wsabc234def567.i'),
      event('w wsabc234def567.r'),
      event('w wsaaa234def567.r'),
      event('x', own),
    ];
    expect(clusterWarmUp(audit(...events), 'i')).to.deep.equal([
      JSON.stringify({ actor: 'windshear-revert', action: 'kubernetes:delete pods', resource: 'inference/rogue-*' }),
    ]);
  });
});

describe('namesIn', () => {
  it('refuses a state file without the names', () => {
    expect(() => namesIn({ aws: {} })).to.throw('account');
  });
});

describe('node tools/record-warm-up.ts', () => {
  it('writes the file that it names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windshear-warm-up-'));
    try {
      const [state, trail, out] = ['state.json', 'audit.jsonl', 'out.jsonl'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const { account, secondAccount, ...rest } = startUp;
      await writeFile(state, JSON.stringify({ ...rest, aws: { account, secondAccount } }));
      await writeFile(trail, audit(inPhase('c'), fault));
      const tool = new URL('./record-warm-up.ts', import.meta.url).pathname;
      const { stdout } = await execa(process.execPath, [tool, state, trail, out]);
      expect(stdout).to.contain('1 habits');
      expect(await readFile(out, 'utf8')).to.contain('{models}');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
