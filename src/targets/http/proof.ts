import { CallError } from '../../model/call.ts';
import type { HttpTargetConfig } from '../../model/environment-targets.ts';
import { UnreachableError } from '../../model/errors.ts';
import { withoutFullStop } from '../../model/full-stop.ts';
import type { Json } from '../../model/json.ts';
import type { ProofResult } from '../../model/target.ts';
import type { HttpAnswer, HttpClients } from './clients.ts';
import { isLoopback, type PinnedHosts } from './hosts.ts';

export interface ProofRequest {
  readonly config: HttpTargetConfig;
  readonly hosts: PinnedHosts;
  readonly embedded: boolean;
  readonly clients: HttpClients;
}

/**
 * Answers which hosts are pinned, which is all the identity that plain HTTP has, and asks for the beacon's page. A host
 * that does not answer proves nothing wrong: it may be the very region that a fault took away.
 */
export async function proveStaging(request: ProofRequest, signal: AbortSignal): Promise<readonly ProofResult[]> {
  return [proveHosts(request), await proveBeacon(request, signal)];
}

function proveHosts({ hosts, embedded }: ProofRequest): ProofResult {
  const got = hosts.names.join(', ');
  const holds = !embedded || hosts.names.every((name) => isLoopback(name.slice(0, name.lastIndexOf(':'))));
  return { kind: 'identity', what: 'hosts', expected: embedded ? 'loopback only' : got, got, holds };
}

async function proveBeacon({ config, clients }: ProofRequest, signal: AbortSignal): Promise<ProofResult> {
  const { url, header, pointer, value } = config.proof.beacon;
  const got = await answerOf(async () => {
    const answer = await clients.send({ method: 'GET', url }, signal);
    return header === undefined ? textAt(answer, pointer ?? '') : (answer.headers[header.toLowerCase()] ?? 'no header');
  });
  const { origin, pathname } = new URL(url);
  const part = header === undefined ? (pointer ? `member ${pointer}` : 'answer') : `header ${header}`;
  return { kind: 'beacon', what: `${part} of ${origin}${pathname}`, expected: value, got, holds: got === value };
}

async function answerOf(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.kind === 'unanswered' || error.message.includes('was not sent')) {
      throw new UnreachableError(`The HTTP target cannot be reached: ${withoutFullStop(error.message)}.`, {
        cause: error,
      });
    }
    return error.code;
  }
}

function textAt({ text }: HttpAnswer, pointer: string): string {
  let here: Json | undefined;
  try {
    here = JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return 'no JSON';
    throw error;
  }
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (here === null || typeof here !== 'object') return 'nothing';
    here = Array.isArray(here) ? here[Number(key)] : (here as Readonly<Record<string, Json>>)[key];
    if (here === undefined) return 'nothing';
  }
  return typeof here === 'string' ? here : JSON.stringify(here);
}
