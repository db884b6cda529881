import { CallError } from '../../model/call.ts';
import type { JsonObject } from '../../model/json.ts';
import { absent, type Handlers } from './aws-handlers.ts';

interface Role {
  document: string;
  readonly attached: Set<string>;
  readonly tags: Map<string, string>;
}

interface AccessKey {
  readonly id: string;
  status: 'Active' | 'Inactive';
}

export interface FakeIam {
  readonly roles: Map<string, Role>;
  readonly users: Map<string, AccessKey[]>;
  keysMade: number;
}

export function newIam(): FakeIam {
  return { roles: new Map(), users: new Map(), keysMade: 0 };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const keysPerUser = 2;

export function iamHandlers(iam: FakeIam, account: string): Handlers & Record<string, (input: never) => unknown> {
  const role = (name: string | undefined) =>
    iam.roles.get(name ?? '') ?? fail(absent('NoSuchEntity', `Role '${name}'`));
  const user = (name: string | undefined) =>
    iam.users.get(name ?? '') ?? fail(absent('NoSuchEntity', `User '${name}'`));
  const key = (name: string | undefined, id: string | undefined) =>
    user(name).find((one) => one.id === id) ?? fail(absent('NoSuchEntity', `Access key '${id}'`));
  const made = new Date(0);
  return {
    'iam:CreateRole': ({ RoleName: name = '', AssumeRolePolicyDocument: document = '', Tags: tags = [] }) => {
      iam.roles.set(name, {
        document: rewritten(document),
        attached: new Set(),
        tags: new Map(tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
      });
      return { Role: undefined };
    },
    'iam:GetRole': ({ RoleName: name = '' }) => {
      const { document, tags } = role(name);
      return {
        Role: {
          Path: '/',
          RoleName: name,
          RoleId: `AROA${name}`,
          Arn: `arn:aws:iam::${account}:role/${name}`,
          CreateDate: made,
          AssumeRolePolicyDocument: encodeURIComponent(document),
          Tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
        },
      };
    },
    'iam:TagRole': (input: { RoleName: string; Tags: { Key: string; Value: string }[] }) => {
      for (const { Key, Value } of input.Tags) role(input.RoleName).tags.set(Key, Value);
      return {};
    },
    'iam:UntagRole': (input: { RoleName: string; TagKeys: string[] }) => {
      for (const name of input.TagKeys) role(input.RoleName).tags.delete(name);
      return {};
    },
    'iam:UpdateAssumeRolePolicy': ({ RoleName: name, PolicyDocument: document = '' }) => {
      role(name).document = rewritten(document);
      return {};
    },
    'iam:ListAttachedRolePolicies': ({ RoleName: name }) => ({
      AttachedPolicies: [...role(name).attached].map((PolicyArn) => ({ PolicyArn })),
      IsTruncated: false,
    }),
    'iam:AttachRolePolicy': ({ RoleName: name, PolicyArn: arn = '' }) => {
      role(name).attached.add(arn);
      return {};
    },
    'iam:DetachRolePolicy': ({ RoleName: name, PolicyArn: arn = '' }) => {
      if (!role(name).attached.delete(arn)) throw absent('NoSuchEntity', `Policy '${arn}' of role '${name}'`);
      return {};
    },
    'iam:CreateUser': ({ UserName: name = '' }) => {
      iam.users.set(name, []);
      return {};
    },
    'iam:ListAccessKeys': ({ UserName: name }) => ({
      AccessKeyMetadata: user(name).map(({ id, status }) => ({ AccessKeyId: id, Status: status, CreateDate: made })),
      IsTruncated: false,
    }),
    'iam:CreateAccessKey': ({ UserName: name = '' }) => {
      const keys = user(name);
      if (keys.length === keysPerUser) throw new CallError('failed', 'LimitExceeded', `User '${name}' has 2 keys.`);
      const id = `AKIAFAKE${String(++iam.keysMade).padStart(8, '0')}`;
      keys.push({ id, status: 'Active' });
      return { AccessKey: { UserName: name, AccessKeyId: id, Status: 'Active', SecretAccessKey: fakeSecret } };
    },
    'iam:UpdateAccessKey': ({ UserName: name, AccessKeyId: id, Status: status }) => {
      key(name, id).status = status === 'Inactive' ? 'Inactive' : 'Active';
      return {};
    },
    'iam:DeleteAccessKey': ({ UserName: name, AccessKeyId: id }) => {
      const keys = user(name);
      keys.splice(keys.indexOf(key(name, id)), 1);
      return {};
    },
  };
}

/** The secret of every key that the fake makes; specs assert that it appears nowhere. */
export const fakeSecret = 'fake-secret-that-must-not-appear';

/** IAM answers an account id in a trust policy as the ARN of its root. */
function rewritten(document: string): string {
  const parsed = JSON.parse(document) as { Statement: JsonObject[] };
  for (const statement of parsed.Statement) {
    const principal = statement['Principal'];
    if (principal === null || typeof principal !== 'object' || !('AWS' in principal)) continue;
    const who = (principal as JsonObject)['AWS'];
    if (typeof who === 'string' && /^\d{12}$/.test(who)) {
      Object.assign(statement, { Principal: { ...principal, AWS: `arn:aws:iam::${who}:root` } });
    }
  }
  return JSON.stringify(parsed);
}

function fail(error: Error): never {
  throw error;
}
