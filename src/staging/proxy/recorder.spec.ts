import { expect } from 'chai';
import { call, form, recorded } from './recorder.fixture.ts';

const trust = '{"Version":"2012-10-17","Statement":[]}';

describe('createRecorder', () => {
  it('records a query call with identity, time in seconds, user agent and request id', async () => {
    const body = form({ Action: 'AttachRolePolicy', RoleName: 'api', PolicyArn: 'arn:aws:iam::aws:policy/X' });
    const { records } = await recorded([call('iam', { body, region: 'eu-west-1' })]);
    expect(records[0]).to.deep.include({
      eventSource: 'iam.amazonaws.com',
      eventName: 'AttachRolePolicy',
      eventTime: '2026-11-22T12:00:00Z',
      awsRegion: 'us-east-1',
      userAgent: 'aws-sdk-js/3 wsabc234def567.i',
      requestParameters: { roleName: 'api', policyArn: 'arn:aws:iam::aws:policy/X' },
      responseElements: null,
      requestID: 'request-1',
      readOnly: false,
      recipientAccountId: '111122223333',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDATESTER',
        arn: 'arn:aws:iam::111122223333:user/tester',
        accountId: '111122223333',
        accessKeyId: 'AKIATESTER',
        userName: 'tester',
      },
    });
    expect(records[0]).not.to.have.property('errorCode');
  });

  it('keeps a policy document of IAM a string, numbers numbers and lists lists', async () => {
    const fields = {
      RoleName: 'api',
      MaxSessionDuration: '3600',
      'Tags.member.1.Key': 'a',
      'Tags.member.1.Value': 'b',
    };
    const { records } = await recorded([
      call('iam', { body: form({ Action: 'UpdateAssumeRolePolicy', RoleName: 'api', PolicyDocument: trust }) }),
      call('iam', { body: form({ Action: 'CreateRole', ...fields }) }),
    ]);
    expect(records[0]?.requestParameters).to.deep.equal({ roleName: 'api', policyDocument: trust });
    expect(records[1]?.requestParameters).to.deep.equal({
      roleName: 'api',
      maxSessionDuration: 3600,
      tags: [{ key: 'a', value: 'b' }],
    });
  });

  it('drops the secret of a new key and knows the key from then on', async () => {
    const answer = `<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>bot</UserName>
      <AccessKeyId>AKIANEW</AccessKeyId><SecretAccessKey>hush</SecretAccessKey></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>`;
    const { records } = await recorded([
      call('iam', { body: form({ Action: 'CreateAccessKey', UserName: 'bot' }), answer }),
      call('iam', { body: form({ Action: 'GetRole', RoleName: 'api' }), key: 'AKIANEW' }),
    ]);
    expect(records[0]?.responseElements).to.deep.equal({ accessKey: { userName: 'bot', accessKeyId: 'AKIANEW' } });
    expect(records[1]?.userIdentity.arn).to.equal('arn:aws:iam::111122223333:user/bot');
  });

  it('knows an assumed role with its session and issuer, and never keeps its token', async () => {
    const answer = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
      <SecretAccessKey>hush</SecretAccessKey><SessionToken>hush</SessionToken></Credentials><AssumedRoleUser>
      <AssumedRoleId>AROA1:ws.i</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/r/ws.i</Arn>
      </AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`;
    const role = 'arn:aws:iam::111122223333:role/r';
    const { records } = await recorded([
      call('sts', { body: form({ Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'ws.i' }), answer }),
      call('iam', { body: form({ Action: 'GetRole', RoleName: 'api' }), key: 'ASIA1' }),
    ]);
    expect(JSON.stringify(records)).not.to.contain('hush');
    expect(records[0]?.readOnly).to.equal(true);
    expect(records[1]?.userIdentity).to.deep.include({
      type: 'AssumedRole',
      arn: 'arn:aws:sts::111122223333:assumed-role/r/ws.i',
      principalId: 'AROA1:ws.i',
    });
    expect(records[1]?.userIdentity.sessionContext?.sessionIssuer).to.deep.equal({
      type: 'Role',
      principalId: 'AROA1',
      arn: role,
      accountId: '111122223333',
      userName: 'r',
    });
  });

  it('tells root keys by account and says Unknown of a key that it never saw', async () => {
    const body = form({ Action: 'GetRole', RoleName: 'api' });
    const { records } = await recorded([call('iam', { body, key: 'test' }), call('iam', { body, key: 'ASIAOTHER' })]);
    expect(records[0]?.userIdentity).to.deep.include({ type: 'Root', arn: 'arn:aws:iam::111122223333:root' });
    expect(records[1]?.userIdentity).to.deep.equal({ type: 'Unknown', accessKeyId: 'ASIAOTHER' });
  });

  it('records a JSON call by its target', async () => {
    const { records } = await recorded([
      call('cloudtrail', {
        headers: { 'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.StopLogging' },
        body: '{"Name":"all"}',
        region: 'eu-west-1',
      }),
    ]);
    expect(records[0]).to.deep.include({
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
      awsRegion: 'eu-west-1',
      requestParameters: { name: 'all' },
    });
  });

  it('records S3 under the names that CloudTrail gives, a bucket policy as an object', async () => {
    const block =
      '<PublicAccessBlockConfiguration xmlns="x"><BlockPublicAcls>true</BlockPublicAcls><BlockPublicPolicy>false</BlockPublicPolicy></PublicAccessBlockConfiguration>';
    const { records } = await recorded([
      call('s3', { method: 'PUT', url: '/models?policy=', body: trust }),
      call('s3', { method: 'DELETE', url: '/models?publicAccessBlock=' }),
      call('s3', { method: 'PUT', url: '/models?publicAccessBlock', body: block }),
    ]);
    expect(records.map(({ eventName }) => eventName)).to.deep.equal([
      'PutBucketPolicy',
      'DeleteBucketPublicAccessBlock',
      'PutBucketPublicAccessBlock',
    ]);
    expect(records[0]?.requestParameters).to.deep.equal({
      bucketName: 'models',
      Host: '127.0.0.1:1',
      policy: '',
      bucketPolicy: JSON.parse(trust),
    });
    expect(records[0]?.resources?.[0]?.ARN).to.equal('arn:aws:s3:::models');
    expect(records[2]?.requestParameters?.['PublicAccessBlockConfiguration']).to.deep.equal({
      xmlns: 'x',
      BlockPublicAcls: true,
      BlockPublicPolicy: false,
    });
  });

  it('hides the values of a function environment in request and answer', async () => {
    const body = '{"Environment":{"Variables":{"TOKEN":"hush"}}}';
    const url = '/2015-03-31/functions/pre%3Aprod/configuration';
    const { records } = await recorded([call('lambda', { method: 'PUT', url, body, answer: body })]);
    expect(records[0]?.eventName).to.equal('UpdateFunctionConfiguration20150331v2');
    expect(records[0]?.requestParameters).to.deep.equal({ environment: {}, functionName: 'pre:prod' });
    expect(records[0]?.responseElements).to.deep.equal({ environment: {} });
  });

  it('records EC2 with its sets, image and counts inside instancesSet', async () => {
    const launch = form({
      Action: 'RunInstances',
      ImageId: 'ami-1',
      MinCount: '1',
      MaxCount: '2',
      SubnetId: 'subnet-1',
      'TagSpecification.1.ResourceType': 'instance',
      'TagSpecification.1.Tag.1.Key': 'app',
      'TagSpecification.1.Tag.1.Value': 'x',
    });
    const answer = `<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></RunInstancesResponse>`;
    const search = form({
      Action: 'DescribeInstances',
      'InstanceId.1': 'i-1',
      'Filter.1.Name': 'n',
      'Filter.1.Value.1': 'v',
    });
    const { records } = await recorded([call('ec2', { body: launch, answer }), call('ec2', { body: search })]);
    expect(records[0]?.requestParameters).to.deep.equal({
      instancesSet: { items: [{ imageId: 'ami-1', minCount: 1, maxCount: 2 }] },
      subnetId: 'subnet-1',
      tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'app', value: 'x' }] }] },
    });
    expect(records[0]?.responseElements).to.deep.equal({ instancesSet: { items: [{ instanceId: 'i-1' }] } });
    expect(records[1]?.requestParameters).to.deep.equal({
      instancesSet: { items: [{ instanceId: 'i-1' }] },
      filterSet: { items: [{ name: 'n', valueSet: { items: [{ value: 'v' }] } }] },
    });
  });

  const refusals = [
    [
      'query',
      'iam',
      { body: form({ Action: 'GetRole' }) },
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
      'AccessDenied',
    ],
    [
      'EC2',
      'ec2',
      { body: form({ Action: 'DescribeInstances' }) },
      '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>',
      'Client.UnauthorizedOperation',
    ],
    [
      'JSON',
      'cloudtrail',
      { headers: { 'x-amz-target': 'X.StopLogging' } },
      '{"__type":"a.b#AccessDeniedException","message":"no"}',
      'AccessDenied',
    ],
    [
      'S3',
      's3',
      { method: 'PUT', url: '/models?policy' },
      '<Error><Code>AccessDenied</Code><Message>no</Message></Error>',
      'AccessDenied',
    ],
  ] as const;
  for (const [protocol, service, what, answer, errorCode] of refusals) {
    it(`reads why a ${protocol} call was refused`, async () => {
      const { records } = await recorded([call(service, { ...what, status: 403, answer })]);
      expect(records[0]).to.deep.include({ errorCode, errorMessage: 'no', responseElements: null });
    });
  }

  it('writes nothing for data events, unsigned calls and services that nobody knows', async () => {
    const { records, log } = await recorded([
      call('s3', { method: 'PUT', url: '/models/a/b.bin' }),
      call('iam', { headers: { authorization: '' }, body: form({ Action: 'GetRole' }) }),
      call('unheard-of'),
    ]);
    expect(records).to.deep.equal([]);
    expect(log).to.deep.equal([]);
  });

  it('logs a call that no operation fits, and goes on', async () => {
    const { records, log } = await recorded([
      call('s3', { method: 'PATCH', url: '/x' }),
      call('s3', { method: 'PUT', url: '/x' }),
    ]);
    expect(log).to.have.length(1);
    expect(records.map(({ eventName }) => eventName)).to.deep.equal(['CreateBucket']);
  });
});
