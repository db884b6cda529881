import { Agent, request } from 'node:https';
import type { Json } from '../../model/json.ts';

export interface ClusterClient {
  /** Asks the API server as one identity. @throws ClusterError for an answer of 400 and above, Error where there is none */
  readonly call: (method: string, path: string, content?: Content) => Promise<Json>;
}

export interface Content {
  readonly type: 'application/json' | 'application/json-patch+json';
  readonly value: Json;
}

/** Says what the API server refused. */
export class ClusterError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const timeoutMs = 5000;

/** Makes a client of the staging's API server that trusts its authority alone. */
export function clusterClient(given: {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}): ClusterClient {
  const agent = new Agent({ keepAlive: true, ca: given.ca });
  return {
    async call(method, path, content) {
      const signal = AbortSignal.any([given.signal, AbortSignal.timeout(timeoutMs)]);
      const headers = {
        authorization: `Bearer ${given.token}`,
        'user-agent': given.userAgent,
        accept: 'application/json',
        ...(content !== undefined && { 'content-type': content.type }),
      };
      const { code, text } = await send(new URL(path, given.server), { method, headers, agent, signal }, content);
      const value: Json = text === '' ? null : JSON.parse(text);
      if (code < 400) return value;
      const message = (value as { readonly message?: Json } | null)?.message;
      throw new ClusterError(code, typeof message === 'string' ? message : `answered ${code}`);
    },
  };
}

function send(
  url: URL,
  options: Parameters<typeof request>[1] & object,
  content: Content | undefined,
): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.on('error', reject);
    sent.end(content === undefined ? undefined : JSON.stringify(content.value));
  });
}
