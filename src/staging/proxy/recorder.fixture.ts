import type { Exchange } from './exchange.ts';
import type { ServiceLibrary } from './models/library.ts';
import { indexOf, type ServiceIndex } from './models/service-index.ts';
import type { TrailRecord } from './record.ts';
import { createRecorder, type RecorderOptions } from './recorder.ts';

type Fields = Readonly<Record<string, string>>;
type Route = readonly [operation: string, method: string, uri: string];

function service(
  protocol: string,
  endpointPrefix: string,
  inputs: Readonly<Record<string, Fields>>,
  routes: readonly Route[] = [],
): ServiceIndex {
  const known = Object.keys(inputs).map((name): Route => [name, 'POST', '/']);
  const operations = [...known, ...routes].map(([name, method, requestUri]) => {
    return [name, { name, http: { method, requestUri }, ...(name in inputs && { input: { shape: `${name}Input` } }) }];
  });
  const shapes = Object.entries(inputs).map(([name, fields]) => {
    const members = Object.entries(fields).map(([field, shape]) => {
      const isTag = protocol === 'ec2' && shape in plurals;
      const place = shape === 'label' ? { location: 'uri', locationName: field } : {};
      return [field, { shape, ...place, ...(isTag && { locationName: plurals[shape] }) }];
    });
    return [`${name}Input`, { type: 'structure', members: Object.fromEntries(members) }];
  });
  return indexOf({
    metadata: { protocol, endpointPrefix },
    operations: Object.fromEntries(operations),
    shapes: { ...Object.fromEntries(shapes), ...scalars },
  });
}

const plurals: Fields = { specs: 'TagSpecification', instances: 'InstanceId', filters: 'Filter' };

const scalars = {
  text: { type: 'string' },
  label: { type: 'string' },
  number: { type: 'integer' },
  env: { type: 'structure', members: { Variables: { shape: 'variables' } } },
  variables: { type: 'map', value: { shape: 'text' } },
  tag: { type: 'structure', members: { Key: { shape: 'text' }, Value: { shape: 'text' } } },
  tags: { type: 'list', member: { shape: 'tag' } },
  spec: {
    type: 'structure',
    members: { ResourceType: { shape: 'text' }, Tags: { shape: 'tags', locationName: 'Tag' } },
  },
  specs: { type: 'list', member: { shape: 'spec', locationName: 'item' } },
  instances: { type: 'list', member: { shape: 'text', locationName: 'InstanceId' } },
  filter: {
    type: 'structure',
    members: { Name: { shape: 'text' }, Values: { shape: 'instances', locationName: 'Value' } },
  },
  filters: { type: 'list', member: { shape: 'filter', locationName: 'Filter' } },
};

/** Hand-written service models, in botocore's form, as small as the records of the specs need. */
const models: Readonly<Record<string, ServiceIndex>> = {
  iam: service('query', 'iam', {
    AttachRolePolicy: { RoleName: 'text', PolicyArn: 'text' },
    CreateAccessKey: { UserName: 'text' },
    GetRole: { RoleName: 'text' },
    UpdateAssumeRolePolicy: { RoleName: 'text', PolicyDocument: 'text' },
    CreateRole: { RoleName: 'text', MaxSessionDuration: 'number', Tags: 'tags' },
  }),
  sts: service('query', 'sts', { AssumeRole: { RoleArn: 'text', RoleSessionName: 'text' } }),
  cloudtrail: service('json', 'cloudtrail', {
    StopLogging: { Name: 'text' },
    StartLogging: { Name: 'text' },
    CreateTrail: { Name: 'text' },
  }),
  events: service('json', 'events', { PutRule: { Name: 'text' }, PutTargets: { Rule: 'text' } }),
  ec2: service('ec2', 'ec2', {
    RunInstances: {
      ImageId: 'text',
      MinCount: 'number',
      MaxCount: 'number',
      SubnetId: 'text',
      TagSpecifications: 'specs',
    },
    DescribeInstances: { InstanceIds: 'instances', Filters: 'filters' },
  }),
  s3: service('rest-xml', 's3', {}, [
    ['PutBucketPolicy', 'PUT', '/{Bucket}?policy'],
    ['CreateBucket', 'PUT', '/{Bucket}'],
    ['PutObject', 'PUT', '/{Bucket}/{Key+}'],
    ['PutPublicAccessBlock', 'PUT', '/{Bucket}?publicAccessBlock'],
    ['DeletePublicAccessBlock', 'DELETE', '/{Bucket}?publicAccessBlock'],
  ]),
  lambda: service(
    'rest-json',
    'lambda',
    { UpdateFunctionConfiguration: { FunctionName: 'label', Environment: 'env' } },
    [['UpdateFunctionConfiguration', 'PUT', '/2015-03-31/functions/{FunctionName}/configuration']],
  ),
};

const library: ServiceLibrary = { service: async (name) => models[name] };

/** Makes a call as the proxy hands it over: signed, answered with 200 unless said otherwise. */
export function call(service: string, what: Partial<Exchange> & { region?: string; key?: string } = {}): Exchange {
  const { region = 'us-east-1', key = 'AKIATESTER', headers = {}, ...rest } = what;
  const credential = `${key}/20261122/${region}/${service}/aws4_request`;
  return {
    method: 'POST',
    url: '/',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
      host: '127.0.0.1:1',
      'user-agent': 'aws-sdk-js/3 wsabc234def567.i',
      ...headers,
    },
    body: '',
    status: 200,
    answerHeaders: {},
    answer: '',
    requestId: 'request-1',
    sourceIp: '127.0.0.1',
    receivedMs: Date.UTC(2026, 10, 22, 12, 0, 0, 789),
    ...rest,
  };
}

export function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

/** Records calls, and hands out what came of them and the recorder. */
export async function recorded(calls: readonly Exchange[], known: Partial<RecorderOptions['known']> = {}) {
  const written: { readonly trail: string; readonly record: TrailRecord }[] = [];
  const delivered: { readonly queue: string; readonly event: Record<string, unknown> }[] = [];
  const log: string[] = [];
  const recorder = createRecorder({
    known: {
      account: '111122223333',
      keys: [{ accessKeyId: 'AKIATESTER', userArn: 'arn:aws:iam::111122223333:user/tester', userId: 'AIDATESTER' }],
      trails: [{ name: 'all', account: '111122223333', homeRegion: 'us-east-1', multiRegion: true, logging: true }],
      rules: [],
      ...known,
    },
    library,
    write: (trail, line) => written.push({ trail, record: JSON.parse(line) }),
    deliver: (queue, body) => delivered.push({ queue, event: JSON.parse(body) }),
    log: (text) => log.push(text),
  });
  for (const exchange of calls) recorder.take(exchange);
  await recorder.settled();
  return { recorder, written, delivered, log, records: written.map(({ record }) => record) };
}
