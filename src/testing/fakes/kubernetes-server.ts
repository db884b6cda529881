import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../model/json.ts';
import { createAuthority } from '../../staging/kubernetes/certificates/issue.ts';

export interface ServedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

export interface ServedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What becomes of a request besides an answer: the connection is dropped, or nothing ever comes. */
export type ServedFate = ServedAnswer | 'drop' | 'hang';

export interface KubernetesServer {
  readonly url: string;
  readonly caFile: string;
  readonly requests: readonly ServedRequest[];
  readonly close: () => Promise<void>;
}

/** Serves HTTPS on 127.0.0.1 the way an API server does; `answer` says what each request gets. */
export async function startKubernetesServer(
  answer: (request: ServedRequest) => ServedFate | Promise<ServedFate>,
): Promise<KubernetesServer> {
  const authority = createAuthority('windshear-spec', Date.now());
  const { certificate, key } = authority.issue(['127.0.0.1']);
  const folder = await mkdtemp(join(tmpdir(), 'windshear-'));
  const caFile = join(folder, 'ca.crt');
  await writeFile(caFile, authority.certificate);
  const requests: ServedRequest[] = [];
  const server = createServer({ cert: certificate, key }, (incoming, response) => void serve(incoming, response));

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const request: ServedRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: text === '' ? null : (JSON.parse(text) as Json),
    };
    requests.push(request);
    const fate = await answer(request);
    if (fate === 'hang') return;
    if (fate === 'drop') {
      incoming.socket.destroy();
      return;
    }
    const headers = { 'content-type': 'application/json', 'audit-id': `audit-${requests.length}`, ...fate.headers };
    response.writeHead(fate.status ?? 200, headers);
    response.end(typeof fate.body === 'string' ? fate.body : JSON.stringify(fate.body));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caFile,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** A refusal as API servers write it. */
export function statusBody(code: number, reason: string, message: string): ServedAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
  };
}
