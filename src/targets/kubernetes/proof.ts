import { CallError } from '../../model/call.ts';
import { UnreachableError } from '../../model/errors.ts';
import { withoutFullStop } from '../../model/full-stop.ts';
import type { ProofResult } from '../../model/target.ts';
import { type IdentityRequest, namespaces, serverOf, textAt, whoIs, withConnection } from './identity.ts';
import { readToken } from './token.ts';

export interface ProofRequest {
  readonly tester: IdentityRequest;
  readonly revert?: IdentityRequest;
}

/**
 * Checks the cluster of tester and revert identity by the uid of `kube-system`, and the beacon's label. A refusal is a
 * proof that does not hold; a server that does not answer, or is not whom it should be, throws `UnreachableError`.
 */
export async function proveStaging(request: ProofRequest, signal: AbortSignal): Promise<readonly ProofResult[]> {
  signal.throwIfAborted();
  const results = [await proveCluster('cluster of the tester', request.tester, signal)];
  if (request.revert !== undefined) {
    results.push(await proveCluster('cluster of revertAs', request.revert, signal));
  }
  results.push(await proveBeacon(request.tester, signal));
  return results;
}

async function proveCluster(what: string, request: IdentityRequest, signal: AbortSignal): Promise<ProofResult> {
  const { clusterUids } = request.config.proof;
  const server = await serverOf(request);
  const token = await readToken(request.identity.token, request.options);
  const got = await answerOr(async () => (await whoIs(request, { server, token }, signal)).account);
  return { kind: 'identity', what, expected: clusterUids.join(' or '), got, holds: clusterUids.includes(got) };
}

async function proveBeacon(request: IdentityRequest, signal: AbortSignal): Promise<ProofResult> {
  const { beacon } = request.config.proof;
  if (beacon === undefined) {
    const expected = 'a beacon in proof.beacon';
    return { kind: 'beacon', what: 'beacon namespace', expected, got: 'none listed', holds: false };
  }
  const { key, value } = beacon.label;
  const expected = `${key}=${value}`;
  const server = await serverOf(request);
  const token = await readToken(request.identity.token, request.options);
  const got = await answerOr(() =>
    withConnection(request, { server, token }, async (clients) => {
      const { body } = await clients.call({ verb: 'get', of: namespaces, name: beacon.namespace }, signal);
      const found = textAt(body, 'metadata', 'labels', key);
      return found === undefined ? `no label ${key}` : `${key}=${found}`;
    }),
  );
  return { kind: 'beacon', what: `label of namespace ${beacon.namespace}`, expected, got, holds: got === expected };
}

async function answerOr(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const nobodyThere = error.kind === 'unanswered' || error.message.includes('was not sent');
    if (nobodyThere) {
      throw new UnreachableError(`The Kubernetes target cannot be reached: ${withoutFullStop(error.message)}.`, {
        cause: error,
      });
    }
    return error.code;
  }
}
