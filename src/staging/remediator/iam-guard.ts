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
  let session: Promise<Session> | undefined;

  async function assume(): Promise<Session> {
    const command = new AssumeRoleCommand({ RoleArn: settings.role, RoleSessionName: 'identity-remediator' });
    const { Credentials: given } = await sts.send(command);
    const credentials = keysOf(given);
    return {
      reads: new IAMClient(clientConfig({ endpoint: readEndpoint, region, credentials, userAgent })),
      writes: new IAMClient(clientConfig({ endpoint, region, credentials, userAgent })),
      endsMs: given?.Expiration?.getTime() ?? clock.epochMs() + 3_600_000,
    };
  }

  /** A session that fails or nears its end is not used again. */
  async function inSession<Answer>(act: (session: Session) => Promise<Answer>): Promise<Answer> {
    session ??= assume();
    const used = session;
    try {
      const { endsMs } = await used;
      const answer = await act(await used);
      if (clock.epochMs() > endsMs - renewBeforeMs && session === used) session = undefined;
      return answer;
    } catch (error) {
      if (session === used) session = undefined;
      throw error;
    }
  }

  return {
    async attachedPolicies(role, signal) {
      const command = new ListAttachedRolePoliciesCommand({ RoleName: role });
      const { AttachedPolicies = [] } = await inSession(({ reads }) => reads.send(command, { abortSignal: signal }));
      return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
    },
    async detach(role, policyArn, signal) {
      const command = new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn });
      await inSession(({ writes }) => writes.send(command, { abortSignal: signal }).catch(ifGone));
    },
  };
}

interface Session {
  readonly reads: IAMClient;
  readonly writes: IAMClient;
  readonly endsMs: number;
}

/** Somebody else detached it in between. */
function ifGone(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'NoSuchEntityException') throw error;
}

function keysOf(given: Credentials | undefined) {
  const { AccessKeyId, SecretAccessKey, SessionToken } = given ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined) throw new Error('AssumeRole answered no keys.');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
