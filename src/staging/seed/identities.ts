import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { KnownKey } from '../proxy/identities.ts';
import { given, type RootClients } from './clients.ts';
import { beaconTag, roleNames, userArn, userNames } from './names.ts';
import * as policies from './policies.ts';

export interface UserCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SeededUser {
  readonly credentials: UserCredentials;
  readonly key: KnownKey;
}

export type KeyHolder = 'tester' | 'revert' | 'detectors' | 'remediator';

const Tags = [{ Key: beaconTag.key, Value: beaconTag.value }];

/** Makes roles, users and the keys of those who call; users that are only acted upon have none. */
export async function seedIdentities({ iam }: RootClients): Promise<Readonly<Record<KeyHolder, SeededUser>>> {
  const [tester, revert, detectors, remediator] = await Promise.all([
    caller(userNames.tester, policies.mayAssume(roleNames.tester)),
    caller(userNames.revert, policies.mayAssume(roleNames.revert)),
    caller(userNames.detectors, policies.detectorsPolicy),
    caller(userNames.remediator, policies.mayAssume(roleNames.remediator)),
    user(userNames.protected),
    user(userNames.ordinary),
    role(roleNames.appFirst, policies.trustOf({ Service: 'ec2.amazonaws.com' }), policies.apiPolicy),
    role(roleNames.appSecond, policies.trustOf({ Service: 'ec2.amazonaws.com' }), policies.workerPolicy),
    role(roleNames.lambda, policies.trustOf({ Service: 'lambda.amazonaws.com' }), policies.preprocessorPolicy),
    role(roleNames.tester, policies.trustOf({ AWS: userArn(userNames.tester) }), policies.testerPolicy),
    role(roleNames.revert, policies.trustOf({ AWS: userArn(userNames.revert) }), policies.revertPolicy),
    role(roleNames.remediator, policies.trustOf({ AWS: userArn(userNames.remediator) }), policies.remediatorPolicy),
    role(roleNames.canary, policies.trustOf({ Service: 'ec2.amazonaws.com' })),
    role(roleNames.forward, policies.trustOf({ Service: 'events.amazonaws.com' }), policies.forwardPolicy),
    seedBeacon({ iam }),
  ]);
  return { tester, revert, detectors, remediator };

  async function role(name: string, trust: string, policy?: string): Promise<void> {
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust, Tags }));
    if (policy === undefined) return;
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: name, PolicyDocument: policy }));
  }

  async function user(name: string): Promise<string> {
    const { User } = await iam.send(new CreateUserCommand({ UserName: name, Tags }));
    return given(User?.UserId, 'a user id');
  }

  async function caller(name: string, policy: string): Promise<SeededUser> {
    const userId = await user(name);
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: name, PolicyDocument: policy }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const accessKeyId = given(AccessKey?.AccessKeyId, 'an access key');
    const secretAccessKey = given(AccessKey?.SecretAccessKey, 'a secret key');
    return { credentials: { accessKeyId, secretAccessKey }, key: { accessKeyId, userArn: userArn(name), userId } };
  }
}

/** Makes the role whose tag says that the account is staging. */
export async function seedBeacon({ iam }: Pick<RootClients, 'iam'>): Promise<void> {
  const AssumeRolePolicyDocument = policies.trustOf({ Service: 'ec2.amazonaws.com' });
  await iam.send(new CreateRoleCommand({ RoleName: roleNames.beacon, AssumeRolePolicyDocument, Tags }));
}
