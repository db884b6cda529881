import { expect } from 'chai';
import fc from 'fast-check';
import { contains, isOtherWorkload, nameOfKey, sameActor, sameSubject, subjectKeys, subjectNames } from './subjects.ts';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/apps/inference-api`;
const session = `arn:aws:sts::${account}:assumed-role/inference-api/wsabcdefghijkl.i`;

const pairs: readonly [title: string, a: string, b: string, same: boolean][] = [
  ['a role ARN and the ARN of its session', role, session, true],
  ['a role ARN and the role name', role, 'inference-api', true],
  ['a role with and without its path', role, `arn:aws:iam::${account}:role/inference-api`, true],
  ['a role and a user of one name', role, `arn:aws:iam::${account}:user/inference-api`, false],
  ['roles of one name in two accounts', role, 'arn:aws:iam::444455556666:role/inference-api', false],
  ['a bucket ARN and its name', 'arn:aws:s3:::models', 'models', true],
  ['a bucket and an object in it', 'arn:aws:s3:::models', 'arn:aws:s3:::models/a/b.bin', true],
  ['a bucket name and an object in it', 'models', 'arn:aws:s3:::models/a/b.bin', true],
  ['two objects of a bucket', 'arn:aws:s3:::models/a', 'arn:aws:s3:::models/b', false],
  ['two buckets, one a prefix of the other', 'arn:aws:s3:::models', 'arn:aws:s3:::models-guarded', false],
  [
    'a function and its version',
    `arn:aws:lambda:us-east-1:${account}:function:pre`,
    `arn:aws:lambda:us-east-1:${account}:function:pre:7`,
    true,
  ],
  [
    'functions of one name in two regions',
    `arn:aws:lambda:us-east-1:${account}:function:pre`,
    `arn:aws:lambda:eu-west-1:${account}:function:pre`,
    false,
  ],
  ['an instance ARN and its id', `arn:aws:ec2:us-east-1:${account}:instance/i-0abc12345`, 'i-0abc12345', true],
  ['a trail ARN and its name', `arn:aws:cloudtrail:us-east-1:${account}:trail/primary`, 'primary', true],
  [
    'a group ARN and its name',
    `arn:aws:autoscaling:us-east-1:${account}:autoScalingGroup:1f-2e:autoScalingGroupName/asg`,
    'asg',
    true,
  ],
  [
    'a queue URL and its ARN',
    `https://sqs.us-east-1.amazonaws.com/${account}/alerts`,
    `arn:aws:sqs:us-east-1:${account}:alerts`,
    true,
  ],
  ['a pod and its deployment', 'pod/prod/api-7d9f8b6c5d-x2x4z', 'Deployment/prod/api', true],
  ['a pod and its stateful set', 'pods/prod/db-0', 'statefulset/prod/db', true],
  ['two pods of a deployment', 'pod/prod/api-7d9f8b6c5d-x2x4z', 'pod/prod/api-7d9f8b6c5d-z9z9z', false],
  ['pods of one name in two namespaces', 'pod/prod/api', 'pod/dev/api', false],
  ['a service account and its user name', 'system:serviceaccount:prod:api', 'serviceaccounts/prod/api', true],
  ['a plural kind with its group', 'networkpolicies.networking.k8s.io/prod/deny', 'NetworkPolicy/prod/deny', true],
  ['a role ARN and its id', role, 'AROAEXAMPLEEXAMPLE123', false],
  ['the id of a role with and without session', 'AROAEXAMPLEEXAMPLE123:session', 'AROAEXAMPLEEXAMPLE123', true],
];

describe('isOtherWorkload', () => {
  for (const [a, b, isOther] of [
    ['statefulset/prod/api', 'deployment/prod/api', true],
    ['Deployment.apps/prod/api', 'deployments/prod/api', false],
    ['deployment/prod/api', 'deployment/shop/api', false],
    ['pod/prod/api-0', 'deployment/prod/api', false],
    ['replicaset/prod/api-7d9f8c6b5', 'deployment/prod/api', false],
  ] as const)
    it(`${isOther ? 'tells apart' : 'does not tell apart'} ${a} and ${b}`, () => {
      expect([isOtherWorkload(a, b), isOtherWorkload(b, a)]).to.deep.equal([isOther, isOther]);
    });
});

describe('sameSubject', () => {
  for (const [title, a, b, same] of pairs) {
    it(`${same ? 'joins' : 'tells apart'} ${title}`, () => {
      expect(sameSubject(a, b)).to.equal(same);
      expect(sameSubject(b, a)).to.equal(same);
    });
  }

  it('is reflexive and symmetric, and its pairs share a key', () => {
    fc.assert(
      fc.property(anySubject, anySubject, (a, b) => {
        expect(sameSubject(a, a)).to.equal(true);
        expect(sameSubject(a, b)).to.equal(sameSubject(b, a));
        if (sameSubject(a, b)) expect(shareKey(a, b), `${a} and ${b}`).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('subjectKeys', () => {
  it('reads a bare name in a namespace as that of a Kubernetes object', () => {
    const keys = subjectKeys('api-7d9f8b6c5d-x2x4z', 'prod');
    expect(keys).to.include.members(subjectKeys('pod/prod/api-7d9f8b6c5d-x2x4z').slice(0, 1));
    expect(shareKey('deployment/dev/api', 'pod/prod/api-7d9f8b6c5d-x2x4z')).to.equal(false);
  });
});

describe('sameActor', () => {
  it('takes the sessions of a role for one actor', () => {
    expect(sameActor(session, `arn:aws:sts::${account}:assumed-role/inference-api/other`)).to.equal(true);
    expect(sameActor(session, 'inference-api')).to.equal(true);
  });

  it('tells two roles apart', () => {
    expect(sameActor(session, `arn:aws:sts::${account}:assumed-role/inference-worker/wsabcdefghijkl.i`)).to.equal(
      false,
    );
  });

  it('is reflexive and symmetric', () => {
    fc.assert(
      fc.property(anySubject, anySubject, (a, b) => sameActor(a, a) && sameActor(a, b) === sameActor(b, a)),
      { numRuns: 2000 },
    );
  });
});

describe('contains', () => {
  const held: readonly [outer: string, inner: string, yes: boolean][] = [
    [account, role, true],
    [`arn:aws:iam::${account}:root`, role, true],
    ['444455556666', role, false],
    [role, `${role}#policy/inline`, true],
    [account, `${role}#policy/inline`, true],
    [`${role}#policy/inline`, role, false],
    [`${role}#policy/inline`, `${role}#policy/other`, false],
    ['arn:aws:s3:::models', 'arn:aws:s3:::models/a', true],
    ['arn:aws:s3:::models/a', 'arn:aws:s3:::models', false],
    ['namespace/prod', 'pod/prod/api', true],
    ['namespace/prod', 'system:serviceaccount:prod:api', true],
    ['namespace/prod', 'pod/dev/api', false],
    ['deployment/prod/api', 'pod/prod/api-7d9f8b6c5d-x2x4z', true],
    ['*', 'anything', true],
    ['pod/prod/rogue-*', 'pod/prod/rogue-wsabcdefghij23', true],
    ['pod/prod/rogue-*', 'pods/prod/rogue-other-*', true],
    ['pod/prod/rogue-other-*', 'pod/prod/rogue-*', false],
    ['pod/prod/rogue-*', 'pod/dev/rogue-wsabcdefghij23', false],
    ['pod/prod/rogue-*', 'serviceaccount/prod/rogue-wsabcdefghij23', false],
    ['clusterrolebinding/binding-*', 'clusterrolebinding/binding-wsabcdefghij23', true],
    ['namespace/prod', 'pod/prod/rogue-*', true],
  ];
  for (const [outer, inner, yes] of held) {
    it(`says that ${outer} ${yes ? 'holds' : 'does not hold'} ${inner}`, () => {
      expect(contains(outer, inner)).to.equal(yes);
    });
  }

  it('holds for everything and itself', () => {
    fc.assert(fc.property(anySubject, (subject) => contains(subject, subject)));
  });
});

const word = fc.constantFrom('api', 'models', 'db', 'inference-api', 'worker');
const anyAccount = fc.constantFrom(account, '444455556666');
const pod = fc.constantFrom('api-7d9f8b6c5d-x2x4z', 'api-x2x4z', 'db-0', 'api');
const anySubject = fc.oneof(
  fc.tuple(anyAccount, word).map(([a, name]) => `arn:aws:iam::${a}:role/${name}`),
  fc.tuple(anyAccount, word).map(([a, name]) => `arn:aws:sts::${a}:assumed-role/${name}/wsabcdefghijkl.i`),
  fc.tuple(anyAccount, word).map(([a, name]) => `arn:aws:iam::${a}:user/path/${name}`),
  word.map((name) => `arn:aws:s3:::${name}`),
  fc.tuple(word, word).map(([bucket, key]) => `arn:aws:s3:::${bucket}/${key}`),
  fc.tuple(anyAccount, word).map(([a, name]) => `arn:aws:lambda:us-east-1:${a}:function:${name}:2`),
  fc.tuple(fc.constantFrom('prod', 'dev'), pod).map(([ns, name]) => `pod/${ns}/${name}`),
  fc.tuple(fc.constantFrom('deployment', 'daemonset'), word).map(([kind, name]) => `${kind}/prod/${name}`),
  word.map((name) => `system:serviceaccount:prod:${name}`),
  word,
  anyAccount,
  fc.string(),
);

function shareKey(a: string, b: string): boolean {
  const keys = new Set(subjectKeys(a));
  return a === b || subjectKeys(b).some((key) => keys.has(key));
}

describe('subjectNames', () => {
  const parts = [
    'arn:aws:',
    'iam:',
    's3:',
    ':',
    '::',
    '/',
    '|',
    '#',
    'role',
    'pod',
    'a',
    'b-1',
    account,
    'system:serviceaccount:',
  ];
  const texts = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((all) => all.join(''));
  const agree = (text: string, namespace?: string) => {
    const told = new Set(subjectKeys(text, namespace).map(nameOfKey));
    expect(new Set(subjectNames(text, namespace))).to.deep.equal(told, text);
  };

  it('are those in the keys, of every text and in every namespace', () => {
    for (const text of pairs.flatMap(([, a, b]) => [a, b])) agree(text);
    fc.assert(fc.property(texts, fc.option(fc.constantFrom('', 'n', 'a'), { nil: undefined }), agree), {
      numRuns: 2000,
    });
  });
});
