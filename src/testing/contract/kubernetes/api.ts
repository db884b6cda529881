import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { AuditReceiver } from './audit-receiver.ts';

/** Says where the API server under test is, and what of a cluster stands around it. */
export interface ApiUnderTest {
  readonly server: string;
  readonly caFile: string;
  readonly tokens: {
    /** Belongs to `system:masters`. */
    readonly admin: string;
    /** Belongs to {@link ApiUnderTest.username}, who is bound to no role. */
    readonly user: string;
  };
  readonly username: string;
  /** Where the server writes its audit log; its claims are left out without one. */
  readonly auditFile?: string;
  /** Where the server posts its audit events; its claims are left out without one. */
  readonly auditReceiver?: AuditReceiver;
  /** Whether controllers and a node are there, as in a whole cluster. */
  readonly hasControllers: boolean;
  /** How long a watch must last so that the server sends a bookmark before it ends it. */
  readonly watchSeconds: number;
}

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly type?: string;
  readonly accept?: string;
  readonly userAgent?: string;
}

export type Call = (method: string, path: string, body?: Json, options?: CallOptions) => Promise<Answer>;

/** Sends one request, as admin unless another token is named, and reads the answer as JSON. */
export async function connect(api: ApiUnderTest): Promise<{ readonly call: Call; readonly close: () => void }> {
  const agent = new Agent({ ca: await readFile(api.caFile, 'utf8'), keepAlive: true });
  const call: Call = (method, path, body, options = {}) =>
    new Promise((resolve, reject) => {
      const token = 'token' in options ? options.token : api.tokens.admin;
      const headers = {
        accept: options.accept ?? 'application/json',
        'user-agent': options.userAgent ?? 'contract/1',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && {
          'content-type': options.type ?? 'application/json',
          // Node sends the body of a DELETE without its length, and the server then takes it for another request.
          'content-length': Buffer.byteLength(JSON.stringify(body)),
        }),
      };
      const outgoing = request(new URL(path, api.server), { method, agent, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('error', reject);
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = incoming.headers['content-type']?.includes('json') === true;
          const texts = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
          resolve({
            status: incoming.statusCode ?? 0,
            body: isJson ? JSON.parse(text) : { text },
            headers: Object.fromEntries(texts),
          });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { call, close: () => agent.destroy() };
}

export const patches = {
  json: { type: 'application/json-patch+json' },
  merge: { type: 'application/merge-patch+json' },
  strategic: { type: 'application/strategic-merge-patch+json' },
} as const;

/** Draws a name that no other run uses. */
export function freshName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

/** Asks again until the answer is there. @throws after three seconds, with what was asked for */
export async function eventually<Found>(what: string, ask: () => Promise<Found | undefined>): Promise<Found> {
  const until = performance.now() + 3000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`Nothing came of it within 3 s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Makes a pod of one container that nothing speaks against. */
export function plainPod(name: string, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'contract' } },
    spec: { containers: [{ name: 'main', image: 'registry.internal/app:1' }], ...more },
  };
}

export function configMap(name: string, data: JsonObject, labels: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data };
}
