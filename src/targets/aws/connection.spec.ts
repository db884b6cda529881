import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CallError } from '../../model/call.ts';
import { RefusedError, UsageError } from '../../model/errors.ts';
import { findMarkers } from '../../model/marker.ts';
import {
  answerXml,
  callerIdentity,
  errorXml,
  type QueryFate,
  type QueryServer,
  startQueryServer,
} from '../../testing/fakes/aws-query-server.ts';
import { realTime } from '../../testing/real-time.ts';
import { type AwsConnection, openConnection } from './connection.ts';

const signal = new AbortController().signal;

describe('openConnection', () => {
  let server: QueryServer;
  let connection: AwsConnection;
  let fate: QueryFate;

  beforeEach(async () => {
    fate = callerIdentity('111122223333');
    server = await startQueryServer(() => fate);
    connection = open(server.url);
  });

  afterEach(async () => {
    connection.close();
    await server.close();
  });

  function open(endpoint: string, requestTimeoutMs = 2000): AwsConnection {
    return openConnection({
      endpoint,
      region: 'us-east-1',
      account: '111122223333',
      embedded: true,
      credentials: async () => ({ accessKeyId: 'AKIAOWN', secretAccessKey: 'own' }),
      userAgent: { version: '9.8.7', marker: 'wsabcdefghij23.i' },
      phase: 'inject',
      requestTimeoutMs,
      clock: realTime,
    });
  }

  async function failureOf(call: Promise<unknown>): Promise<CallError> {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(CallError);
    return error as CallError;
  }

  const identity = () => connection.clients.call('sts:GetCallerIdentity', {}, signal);

  it('carries its version and the marker with its phase in the user agent', async () => {
    await identity();
    const [request] = server.requests;
    expect(request?.userAgent).to.include('windshear/9.8.7 wsabcdefghij23.i');
    expect(findMarkers(request?.userAgent ?? '')).to.deep.equal([{ marker: 'wsabcdefghij23', phase: 'inject' }]);
  });

  it('records a read as acknowledged, with its request id and times', async () => {
    await identity();
    const [record] = connection.calls();
    expect(record).to.include({
      phase: 'inject',
      action: 'sts:GetCallerIdentity',
      mutating: false,
      outcome: 'acknowledged',
      requestId: 'request-1',
    });
    expect(record?.answeredMonoMs).to.be.at.least(record?.sentMonoMs ?? Number.NaN);
  });

  it('records by the IAM action and tells mutations apart', async () => {
    fate = answerXml('AttachRolePolicy', '');
    const input = { RoleName: 'r', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' };
    await connection.clients.call('iam:AttachRolePolicy', input, signal);
    expect(connection.calls()[0]).to.include({ action: 'iam:AttachRolePolicy', mutating: true });
  });

  it('translates a refusal with its reason, status and request id', async () => {
    const message =
      'User: u is not authorized to perform: iam:X on resource: arn:aws:iam::1:role/r with an explicit deny';
    fate = errorXml(403, 'AccessDenied', message);
    const error = await failureOf(identity());
    expect(error).to.include({ kind: 'denied', code: 'AccessDenied' });
    expect(error.denial).to.deep.equal({
      action: 'sts:GetCallerIdentity',
      code: 'AccessDenied',
      message,
      httpStatus: 403,
      requestId: 'request-1',
      resource: 'arn:aws:iam::1:role/r',
    });
    expect(connection.calls()[0]?.outcome).to.equal('denied');
  });

  const answers: readonly (readonly [number, string, string])[] = [
    [404, 'NoSuchEntity', 'not-found'],
    [409, 'EntityAlreadyExists', 'conflict'],
    [409, 'LimitExceeded', 'failed'],
    [400, 'MalformedPolicyDocument', 'invalid'],
    [403, 'InvalidClientTokenId', 'failed'],
    [403, 'SomethingNew', 'denied'],
    [500, 'InternalFailure', 'failed'],
    [504, 'GatewayTimeout', 'unanswered'],
  ];
  it('says so where the endpoint is that of something else', async () => {
    fate = { status: 200, body: '<!doctype html><p>It works!<br>' };
    const { message, kind } = await failureOf(identity());
    expect(kind).to.equal('unanswered');
    expect(message).to.match(/^sts:GetCallerIdentity got an answer that is none of AWS \(HTTP 200.*another service\?$/);
  });

  for (const [status, code, kind] of answers) {
    it(`calls HTTP ${status} ${code} ${kind}`, async () => {
      fate = errorXml(status, code, 'words');
      expect((await failureOf(identity())).kind).to.equal(kind);
      expect(server.requests).to.have.length(1);
    });
  }

  it('passes on how long a throttled caller should wait, and does not try again itself', async () => {
    fate = errorXml(400, 'Throttling', 'Rate exceeded', { 'retry-after': '3' });
    expect(await failureOf(identity())).to.include({ kind: 'throttled', retryAfterMs: 3000 });
    expect(server.requests).to.have.length(1);
  });

  it('calls a dropped connection unanswered', async () => {
    fate = 'drop';
    expect((await failureOf(identity())).kind).to.equal('unanswered');
    expect(server.requests).to.have.length(1);
  });

  it('calls silence beyond the time-out unanswered', async () => {
    fate = 'hang';
    connection.close();
    connection = open(server.url, 40);
    expect(await failureOf(identity())).to.include({ kind: 'unanswered', code: 'TimedOut' });
    expect(connection.calls()[0]?.outcome).to.equal('unanswered');
  });

  it('calls an answer that cannot be read unanswered', async () => {
    fate = { body: '<<< not xml' };
    expect((await failureOf(identity())).kind).to.equal('unanswered');
  });

  it('calls a refused connection failed, since nothing was sent', async () => {
    const gone = await startQueryServer(() => 'drop');
    await gone.close();
    connection = open(gone.url);
    expect(await failureOf(identity())).to.include({ kind: 'failed', code: 'ECONNREFUSED' });
  });

  it('follows no redirect', async () => {
    const elsewhere = await startQueryServer(() => callerIdentity('999988887777'));
    fate = { status: 307, headers: { location: elsewhere.url }, body: '' };
    await failureOf(identity());
    expect(elsewhere.requests).to.have.length(0);
    await elsewhere.close();
  });

  it('sends nothing once aborted, and gives up a call that is under way', async () => {
    const stop = new AbortController();
    fate = 'hang';
    const call = connection.clients.call('sts:GetCallerIdentity', {}, stop.signal);
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('stopped'));
    expect(await failureOf(call)).to.include({ kind: 'unanswered', code: 'Aborted' });
    const again = connection.clients.call('sts:GetCallerIdentity', {}, stop.signal).catch((error: unknown) => error);
    expect(await again)
      .to.be.instanceOf(Error)
      .with.property('message', 'stopped');
    expect(server.requests).to.have.length(1);
  });

  it('names the nearest known operation and service', async () => {
    const send = (service: string, operation: string) =>
      connection.clients.send(service, operation, {}, signal).catch((error: unknown) => error);
    expect(await send('iam', 'AttachRolPolicy'))
      .to.be.instanceOf(UsageError)
      .with.property('message')
      .include('AttachRolePolicy');
    expect(await send('lamda', 'Invoke'))
      .to.be.instanceOf(UsageError)
      .with.property('message')
      .include('lambda');
    expect(server.requests).to.have.length(0);
  });

  it('answers a generic call as JSON without secrets', async () => {
    fate = answerXml(
      'CreateAccessKey',
      '<AccessKey><UserName>u</UserName><AccessKeyId>AKIANEW</AccessKeyId><SecretAccessKey>hush</SecretAccessKey></AccessKey>',
    );
    const answer = await connection.clients.send('iam', 'CreateAccessKey', { UserName: 'u' }, signal);
    expect(answer).to.deep.equal({ AccessKey: { UserName: 'u', AccessKeyId: 'AKIANEW' } });
  });

  it('refuses, for an embedded environment, every host but loopback and a missing endpoint', () => {
    for (const url of [
      'http://10.0.0.1:80',
      'http://localhost.example.com',
      'https://sts.amazonaws.com',
      'http://127.0.0.1.nip.io',
    ]) {
      expect(() => open(url), url).to.throw(RefusedError, 'loopback');
    }
  });

  describe('in an environment that points elsewhere', () => {
    const saved = { ...process.env };
    let folder: string;
    let elsewhere: QueryServer;

    beforeEach(async () => {
      elsewhere = await startQueryServer(() => callerIdentity('999988887777'));
      folder = await mkdtemp(join(tmpdir(), 'windshear-'));
      const config = join(folder, 'config');
      await writeFile(
        config,
        `[default]\nendpoint_url = ${elsewhere.url}\nregion = eu-west-3\nuse_fips_endpoint = true\n`,
      );
      Object.assign(process.env, {
        AWS_ENDPOINT_URL: elsewhere.url,
        AWS_ENDPOINT_URL_STS: elsewhere.url,
        AWS_ENDPOINT_URL_S3: elsewhere.url,
        AWS_PROFILE: 'default',
        AWS_CONFIG_FILE: config,
        AWS_SHARED_CREDENTIALS_FILE: config,
        AWS_ACCESS_KEY_ID: 'AKIAAMBIENT',
        AWS_SECRET_ACCESS_KEY: 'ambient',
        AWS_SESSION_TOKEN: 'ambient',
        AWS_REGION: 'eu-west-3',
        AWS_USE_FIPS_ENDPOINT: 'true',
        AWS_MAX_ATTEMPTS: '5',
      });
    });

    afterEach(async () => {
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
      Object.assign(process.env, saved);
      await elsewhere.close();
      await rm(folder, { recursive: true });
    });

    it('keeps its own endpoint, credentials and number of attempts', async () => {
      await identity();
      fate = { status: 500, body: '' };
      await failureOf(connection.clients.call('s3:GetBucketPolicy', { Bucket: 'b-1' }, signal));
      expect(server.requests.map(({ accessKeyId }) => accessKeyId)).to.deep.equal(['AKIAOWN', 'AKIAOWN']);
      expect(elsewhere.requests).to.have.length(0);
    });
  });
});
