import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AwsTargetConfig } from '../../model/environment.ts';
import { RefusedError, UnreachableError, UsageError } from '../../model/errors.ts';
import type { Marker } from '../../model/marker.ts';
import type { Target } from '../../model/target.ts';
import {
  answerXml,
  assumedRole,
  callerIdentity,
  errorXml,
  type QueryFate,
  type QueryRequest,
  type QueryServer,
  startQueryServer,
} from '../../testing/fakes/aws-query-server.ts';
import { realTime } from '../../testing/real-time.ts';
import { awsTarget } from './aws-target.ts';
import type { AwsClients } from './clients.ts';

const marker: Marker = 'wsabcdefghij23';
const signal = new AbortController().signal;
const own = '111122223333';
const soon = () => new Date(Date.now() + 60_000);
const later = () => new Date(Date.now() + 3_600_000);

describe('awsTarget', () => {
  let server: QueryServer;
  let target: Target | undefined;
  let account: string;
  let expiry: () => Date;
  let answer: (request: QueryRequest) => QueryFate | undefined;
  let warnings: string[];
  let folder: string;

  beforeEach(async () => {
    account = own;
    expiry = later;
    answer = () => undefined;
    warnings = [];
    folder = await mkdtemp(join(tmpdir(), 'windshear-'));
    server = await startQueryServer((request) => {
      const special = answer(request);
      if (special !== undefined) return special;
      if (request.action === 'AssumeRole') return assumedRole(`ASIA${server.requests.length}`, expiry());
      if (request.action === 'GetCallerIdentity') return callerIdentity(account);
      const tags = '<Tags><member><Key>windshear:staging</Key><Value>embedded</Value></member></Tags>';
      if (request.action === 'GetRole') {
        return answerXml(
          'GetRole',
          `<Role><Path>/</Path><RoleName>r</RoleName><RoleId>R</RoleId><Arn>a</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>${tags}</Role>`,
        );
      }
      return answerXml(request.action, '');
    });
  });

  afterEach(async () => {
    await target?.close();
    target = undefined;
    await server.close();
    await rm(folder, { recursive: true });
  });

  function open(
    more: Partial<AwsTargetConfig> = {},
    variables: Record<string, string> = { KEY: 'AKIATESTER', SECRET: 's' },
  ): Target {
    const config: AwsTargetConfig = {
      endpoint: server.url,
      region: 'us-east-1',
      identity: {
        credentials: { env: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' } },
        assumeRole: `arn:aws:iam::${own}:role/windshear-tester`,
      },
      proof: {
        accounts: [own],
        beacon: { role: 'windshear-beacon', tag: { key: 'windshear:staging', value: 'embedded' } },
      },
      requestTimeout: 2000,
      ...more,
    };
    target = awsTarget(config, {
      embedded: true,
      clock: realTime,
      variables,
      version: '9.8.7',
      warn: (sentence) => warnings.push(sentence),
    });
    return target;
  }

  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  const attach = (clients: unknown) =>
    (clients as AwsClients).call(
      'iam:AttachRolePolicy',
      { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      signal,
    );
  const sessionNames = () =>
    server.requests.filter(({ action }) => action === 'AssumeRole').map(({ fields }) => fields.get('RoleSessionName'));

  it('names each session by marker and phase, and keeps it', async () => {
    const aws = open();
    const first = await aws.session('inject', marker, signal);
    expect(await aws.session('inject', marker, signal)).to.equal(first);
    await aws.session('revert', marker, signal);
    expect(sessionNames()).to.deep.equal([`${marker}.i`, `${marker}.r`]);
    const seconds = server.requests.map(({ fields }) => Number(fields.get('DurationSeconds') ?? 900));
    expect(Math.min(...seconds)).to.be.at.least(900);
  });

  it('keeps what it took to obtain a session out of its record', async () => {
    const session = await open().session('inject', marker, signal);
    expect(session.calls()).to.deep.equal([]);
    await attach(session.clients);
    expect(session.calls().map(({ action }) => action)).to.deep.equal(['iam:AttachRolePolicy']);
  });

  it('observes and reverts as revertAs, and injects, controls and raises canaries as the tester', async () => {
    const revertAs = { credentials: { env: { accessKeyId: 'KEY2', secretAccessKey: 'SECRET' } } };
    const identity = { credentials: { env: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' } } };
    const aws = open({ identity, revertAs }, { KEY: 'AKIATESTER', KEY2: 'AKIAREVERT', SECRET: 's' });
    for (const phase of ['inject', 'control', 'canary', 'observe', 'revert'] as const) {
      await aws.session(phase, marker, signal);
    }
    const keys = server.requests.map(({ accessKeyId }) => accessKeyId);
    expect(keys).to.deep.equal(['AKIATESTER', 'AKIATESTER', 'AKIATESTER', 'AKIAREVERT', 'AKIAREVERT']);
  });

  it('refuses credentials of an account that is not listed', async () => {
    account = '999988887777';
    const error = await failure(open().session('inject', marker, signal));
    expect(error).to.be.instanceOf(RefusedError).and.include({ code: 'wrong-account', exitCode: 4 });
    expect(String(error)).to.not.include('999988887777');
  });

  it('refuses the next mutation when a refreshed session is of another account', async () => {
    expiry = soon;
    const session = await open({ proof: { accounts: [own, '444455556666'] } }).session('inject', marker, signal);
    await attach(session.clients);
    account = '444455556666';
    const error = await failure(attach(session.clients));
    expect(error).to.be.instanceOf(RefusedError).and.include({ code: 'wrong-account' });
    expect(server.requests.filter(({ action }) => action === 'AttachRolePolicy')).to.have.length(1);
  });

  it('refuses the next mutation when a refreshed session is somebody else of the same account', async () => {
    expiry = soon;
    const session = await open().session('inject', marker, signal);
    await attach(session.clients);
    const arn = `arn:aws:sts::${own}:assumed-role/admin/x`;
    answer = ({ action }) => (action === 'GetCallerIdentity' ? callerIdentity(own, arn) : undefined);
    const error = await failure(attach(session.clients));
    expect(error).to.be.instanceOf(RefusedError).and.include({ code: 'wrong-user' });
    expect(String(error)).to.contain('assumed-role/admin/x').and.not.contain(own);
    expect(server.requests.filter(({ action }) => action === 'AttachRolePolicy')).to.have.length(1);
  });

  it('tries again after a session that could not be obtained', async () => {
    const aws = open();
    answer = () => errorXml(403, 'AccessDenied', 'no');
    expect(await failure(aws.session('inject', marker, signal))).to.not.equal(undefined);
    answer = () => undefined;
    await aws.session('inject', marker, signal);
  });

  it('proves account of both identities and the beacon', async () => {
    const revertAs = { credentials: { env: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' } } };
    const results = await open({ revertAs }).prove(signal);
    expect(results.map(({ kind, holds }) => [kind, holds])).to.deep.equal([
      ['identity', true],
      ['identity', true],
      ['beacon', true],
    ]);
  });

  it('does not hold for another account, another tag, or a beacon that may not be read or is not listed', async () => {
    account = '999988887777';
    expect((await open().prove(signal))[0]).to.include({ holds: false, got: '999988887777' });
    account = own;
    answer = ({ action }) => (action === 'GetRole' ? errorXml(403, 'AccessDenied', 'no') : undefined);
    expect((await open().prove(signal))[1]).to.include({ kind: 'beacon', holds: false, got: 'AccessDenied' });
    expect((await open({ proof: { accounts: [own] } }).prove(signal))[1]).to.include({ kind: 'beacon', holds: false });
    answer = () => undefined;
    const beacon = { role: 'windshear-beacon', tag: { key: 'windshear:staging', value: 'other' } };
    expect((await open({ proof: { accounts: [own], beacon } }).prove(signal))[1]).to.include({ holds: false });
  });

  it('is unreachable where nobody listens', async () => {
    const gone = await startQueryServer(() => 'drop');
    await gone.close();
    expect(await failure(open({ endpoint: gone.url }).prove(signal))).to.be.instanceOf(UnreachableError);
  });

  it("counts the account's own roles over all pages, and the instances of a group", async () => {
    const role = (path: string) => `<member><Path>${path}</Path><RoleName>r</RoleName></member>`;
    answer = ({ action, fields }) => {
      if (action === 'ListRoles' && fields.get('Marker') === null)
        return answerXml(
          action,
          `<Roles>${role('/')}${role('/aws-service-role/x/')}</Roles><IsTruncated>true</IsTruncated><Marker>2</Marker>`,
        );
      if (action === 'ListRoles') return answerXml(action, `<Roles>${role('/app/')}</Roles>`);
      if (action !== 'DescribeAutoScalingGroups') return undefined;
      const instances = '<Instances><member/><member/><member/></Instances>';
      return answerXml(action, `<AutoScalingGroups><member>${instances}</member></AutoScalingGroups>`);
    };
    const [role1, role2] = ['arn:aws:iam:::role/api', 'arn:aws:iam:::role/worker'];
    const group = 'arn:aws:autoscaling:::autoScalingGroup:*:autoScalingGroupName/web';
    expect(await open().countPeers?.([role1, group, role2, 'arn:aws:s3:::models'], signal)).to.deep.equal([
      { share: 'roles', set: 'roles of the account', members: [role1, role2], existing: 2 },
      { share: 'group', set: 'instances of group web', members: [group], existing: 3 },
    ]);
  });

  it("asks the policy simulator as revertAs, of the tester's rights too", async () => {
    const userOf = (key: string | undefined) => `arn:aws:iam::${own}:user/of-${key}`;
    answer = ({ action, accessKeyId }) =>
      action === 'GetCallerIdentity' ? callerIdentity(own, userOf(accessKeyId)) : undefined;
    const revertAs = { credentials: { env: { accessKeyId: 'KEY2', secretAccessKey: 'SECRET' } } };
    const identity = { credentials: { env: { accessKeyId: 'KEY', secretAccessKey: 'SECRET' } } };
    const aws = open({ identity, revertAs }, { KEY: 'AKIATESTER', KEY2: 'AKIAREVERT', SECRET: 's' });
    for (const as of ['tester', 'revert'] as const) {
      await aws.checkRights({ as, actions: ['iam:GetRole'], resources: [] }, signal);
    }
    const asked = server.requests.filter(({ action }) => action === 'SimulatePrincipalPolicy');
    expect(asked.map(({ accessKeyId }) => accessKeyId)).to.deep.equal(['AKIAREVERT', 'AKIAREVERT']);
    const about = asked.map(({ fields }) => fields.get('PolicySourceArn'));
    expect(about).to.deep.equal([userOf('AKIATESTER'), userOf('AKIAREVERT')]);
  });

  it('reads a credential file, and warns once of one that others may read', async () => {
    const file = join(folder, 'tester.json');
    await writeFile(file, JSON.stringify({ accessKeyId: 'AKIAFILE', secretAccessKey: 'hush' }), { mode: 0o600 });
    const aws = open({ identity: { credentials: { file } } });
    await aws.session('inject', marker, signal);
    expect(warnings).to.deep.equal([]);
    await chmod(file, 0o644);
    await aws.session('control', marker, signal);
    await aws.session('canary', marker, signal);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('0644').and.not.include('hush');
    expect(server.requests[0]?.accessKeyId).to.equal('AKIAFILE');
  });

  it('names what is missing of its credentials and never quotes them', async () => {
    const error = await failure(open({}, { KEY: 'AKIATESTER' }).session('inject', marker, signal));
    expect(error).to.be.instanceOf(UsageError).with.property('message').include('SECRET');
    const file = join(folder, 'broken.json');
    await writeFile(file, '{"accessKeyId": "hush', { mode: 0o600 });
    const broken = await failure(open({ identity: { credentials: { file } } }).session('inject', marker, signal));
    expect(broken).to.be.instanceOf(UsageError).with.property('message').not.include('hush');
  });
});
