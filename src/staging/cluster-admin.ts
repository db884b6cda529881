import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { StagingState } from './state.ts';

const answerWithinMs = 5000;

/** Asks the small API server as its administrator, most often by a path that is no part of Kubernetes and in no audit log. */
export async function askClusterAdmin(
  {
    server,
    caFile,
    tokens,
  }: Pick<StagingState['kubernetes'], 'server' | 'caFile'> & {
    readonly tokens: { readonly admin: string };
  },
  {
    method,
    path,
    body,
    userAgent = 'cluster-admin',
  }: {
    readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
    readonly path: string;
    readonly body?: object;
    readonly userAgent?: string;
  },
): Promise<unknown> {
  const [ca, token] = await Promise.all([readFile(caFile, 'utf8'), readFile(tokens.admin, 'utf8')]);
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token.trim()}`,
      'content-type': 'application/json',
      'user-agent': userAgent,
    };
    const signal = AbortSignal.timeout(answerWithinMs);
    const asked = request(new URL(path, server), { method, ca, headers, signal, agent: false }, (answer) => {
      read(answer, `${method} ${path}`).then(resolve, reject);
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function read(answer: IncomingMessage, what: string): Promise<unknown> {
  const text = Buffer.concat((await answer.toArray()) as Buffer[]).toString('utf8');
  if (answer.statusCode !== 200 && answer.statusCode !== 201)
    throw new Error(`${what} was answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text) as unknown;
}
