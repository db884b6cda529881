import { DetachRolePolicyCommand, IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type Credentials, STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../../model/clock.ts';
import { clientConfig } from '../detection/clients.ts';
import type { RoleGuard } from './remediate.ts';
import type { Remediation } from './start-up.ts';

const userAgent = 'identity-remediator/1';
const renewBeforeMs = 5 * 60_000;

/**
 * Works on IAM as the remediator's own role: a session by AssumeRole, renewed five minutes before it ends.
 * Detaching goes through the recording proxy, so that the audit names the role.
 */
export function iamGuard(settings: Remediation, clock: Clock): RoleGuard {
  const { endpoint, readEndpoint = endpoint, region } = settings;
  const sts = new STSClient(clientConfig({ endpoint, region, credentials: settings.credentials, userAgent }));
  let session: { readonly reads: IAMClient; readonly writes: IAMClient; readonly endsMs: number } | undefined;

  async function clients(signal: AbortSignal) {
    if (session !== undefined && clock.epochMs() < session.endsMs - renewBeforeMs) return session;
    const assume = new AssumeRoleCommand({ RoleArn: settings.role, RoleSessionName: 'identity-remediator' });
    const { Credentials: given } = await sts.send(assume, { abortSignal: signal });
    const credentials = keysOf(given);
    session = {
      reads: new IAMClient(clientConfig({ endpoint: readEndpoint, region, credentials, userAgent })),
      writes: new IAMClient(clientConfig({ endpoint, region, credentials, userAgent })),
      endsMs: given?.Expiration?.getTime() ?? clock.epochMs() + 3_600_000,
    };
    return session;
  }

  return {
    async attachedPolicies(role, signal) {
      const { reads } = await clients(signal);
      const { AttachedPolicies = [] } = await reads.send(new ListAttachedRolePoliciesCommand({ RoleName: role }), {
        abortSignal: signal,
      });
      return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
    },
    async detach(role, policyArn, signal) {
      const { writes } = await clients(signal);
      await writes.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }), { abortSignal: signal });
    },
  };
}

function keysOf(given: Credentials | undefined) {
  const { AccessKeyId, SecretAccessKey, SessionToken } = given ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined) throw new Error('AssumeRole answered no keys.');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
