import { CallError } from '../../model/call.ts';
import type { AwsTargetConfig } from '../../model/environment.ts';
import { UnreachableError } from '../../model/errors.ts';
import { withoutFullStop } from '../../model/full-stop.ts';
import type { ProofResult } from '../../model/target.ts';
import { openConnection } from './connection.ts';
import { type IdentityRequest, whoIs } from './identity.ts';

export interface ProofRequest {
  readonly config: AwsTargetConfig;
  readonly tester: IdentityRequest;
  readonly revert?: IdentityRequest;
}

/**
 * Checks the account of tester and revert identity against the listed ones, and the beacon's tag. A refusal is a proof
 * that does not hold; a target that does not answer throws `UnreachableError`.
 */
export async function proveStaging(request: ProofRequest, signal: AbortSignal): Promise<readonly ProofResult[]> {
  signal.throwIfAborted();
  const results = [await proveAccount('account of the tester', request.config, request.tester)];
  if (request.revert !== undefined) {
    results.push(await proveAccount('account of revertAs', request.config, request.revert));
  }
  signal.throwIfAborted();
  results.push(await proveBeacon(request, signal));
  return results;
}

async function proveAccount(what: string, config: AwsTargetConfig, request: IdentityRequest): Promise<ProofResult> {
  const expected = config.proof.accounts.join(' or ');
  const got = await answerOr(async () => (await whoIs(request)).account);
  return { kind: 'identity', what, expected, got, holds: config.proof.accounts.includes(got) };
}

async function proveBeacon({ config, tester }: ProofRequest, signal: AbortSignal): Promise<ProofResult> {
  const { beacon } = config.proof;
  if (beacon === undefined) {
    return {
      kind: 'beacon',
      what: 'beacon role',
      expected: 'a beacon in proof.beacon',
      got: 'none listed',
      holds: false,
    };
  }
  const expected = `${beacon.tag.key}=${beacon.tag.value}`;
  const got = await answerOr(async () => {
    const { credentials, account } = await whoIs(tester);
    const connection = openConnection({
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
      region: config.region,
      account,
      embedded: tester.options.embedded,
      credentials: async () => credentials,
      userAgent: { version: tester.options.version },
      phase: 'observe',
      requestTimeoutMs: config.requestTimeout,
      clock: tester.options.clock,
    });
    try {
      const { Role: role } = await connection.clients.call('iam:GetRole', { RoleName: beacon.role }, signal);
      const value = role?.Tags?.find((tag) => tag.Key === beacon.tag.key)?.Value;
      return value === undefined ? `no tag ${beacon.tag.key}` : `${beacon.tag.key}=${value}`;
    } finally {
      connection.close();
    }
  });
  return { kind: 'beacon', what: `tag of role ${beacon.role}`, expected, got, holds: got === expected };
}

async function answerOr(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const nobodyThere = error.kind === 'unanswered' || error.message.includes('was not sent');
    if (nobodyThere)
      throw new UnreachableError(
        `The AWS target cannot be reached: ${withoutFullStop(error.message)}. Check its endpoint in windshear.yaml and whether it runs.`,
        { cause: error },
      );
    return error.code;
  }
}
