import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

export interface ControlHandlers {
  readonly status: () => object;
  readonly touch: () => void;
  /** Is called once the caller has its answer. */
  readonly down: () => void;
}

export interface Control {
  /** Address with token; whoever does not know it gets 404. */
  readonly url: string;
  readonly server: Server;
}

/** Serves the supervisor's control API on the loopback. */
export async function serveControl({ status, touch, down }: ControlHandlers): Promise<Control> {
  const token = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    const answer = (code: number, body: object) => {
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    switch (`${request.method} ${request.url}`) {
      case `GET /${token}/status`:
        return answer(200, status());
      case `POST /${token}/touch`:
        touch();
        return answer(200, status());
      case `POST /${token}/down`:
        response.once('finish', down);
        return answer(202, status());
      default:
        return answer(404, { error: 'There is nothing here.' });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address() satisfies AddressInfo | string | null);
  return { url: `http://127.0.0.1:${port}/${token}`, server };
}
