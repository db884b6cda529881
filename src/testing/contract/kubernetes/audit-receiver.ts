import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { JsonObject } from '../../../model/json.ts';

/** Is where an API server posts its audit events to. */
export interface AuditReceiver {
  readonly url: string;
  /** What was posted, in order, whether it was taken or not. */
  readonly posts: readonly AuditPost[];
  /** Answers 503 to the next post. */
  readonly refuseNext: () => void;
  readonly close: () => void;
}

export interface AuditPost {
  readonly taken: boolean;
  readonly list: JsonObject;
}

/** Listens on 127.0.0.1. */
export async function openAuditReceiver(): Promise<AuditReceiver> {
  const posts: AuditPost[] = [];
  let refusing = false;
  const server = createServer((request, response) => {
    const answer = (list: JsonObject) => {
      const taken = !refusing;
      refusing = false;
      posts.push({ taken, list });
      response.writeHead(taken ? 200 : 503).end();
    };
    json(request).then(
      (body) => answer(body as JsonObject),
      (error: Error) => response.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/audit`,
    posts,
    refuseNext: () => {
      refusing = true;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
