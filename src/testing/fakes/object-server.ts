import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import type { VirtualClock } from './virtual-clock.ts';

/** An object of a scripted collection. */
interface Thing {
  readonly name: string;
  readonly version: number;
  readonly value?: string;
}

/** Writes an object as an API server does. */
export function thing({ name, version, value }: Thing) {
  return {
    metadata: { name, uid: `u-${name}`, resourceVersion: String(version) },
    ...(value !== undefined && { value }),
  };
}

/** A collection of a Kubernetes API on loopback whose list and watches are scripted. */
export interface ObjectServer {
  readonly origin: string;
  readonly answer: RequestListener;
  readonly asked: { readonly url: URL; readonly headers: IncomingMessage['headers'] }[];
  /** What the list shows, an object the first page and the rest the second. */
  items: readonly Thing[];
  version: number;
  /** Status by which the next watch is refused. */
  refuseWatch: number | undefined;
  readonly watches: ServerResponse[];
  readonly last: () => ServerResponse;
  /** Tells the newest watch. */
  readonly tell: (type: string, object: object) => void;
  readonly close: () => void;
}

/** Serves `things` at any path but one that ends in `/forbidden`. */
export async function serveObjects(): Promise<ObjectServer> {
  const answer: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    api.asked.push({ url, headers: request.headers });
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname.endsWith('/forbidden')) json(403, { kind: 'Status', message: 'events is forbidden', code: 403 });
    else if (!url.searchParams.has('watch')) json(200, list(api, url.searchParams.has('continue')));
    else if (api.refuseWatch !== undefined) {
      json(api.refuseWatch, { kind: 'Status', message: 'too old resource version', code: api.refuseWatch });
      api.refuseWatch = undefined;
    } else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      api.watches.push(response);
    }
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const last = () => {
    const response = api.watches.at(-1);
    if (response === undefined) throw new Error('nobody watches');
    return response;
  };
  const api: ObjectServer = {
    origin: `http://127.0.0.1:${portOf(server)}`,
    answer,
    asked: [],
    items: [],
    version: 10,
    refuseWatch: undefined,
    watches: [],
    last,
    tell: (type, object) => void last().write(`${JSON.stringify({ type, object })}\n`),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return api;
}

/** The port that the system chose for a server. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function list({ items, version }: ObjectServer, rest: boolean) {
  return {
    kind: 'ThingList',
    apiVersion: 'example.dev/v1',
    metadata: { resourceVersion: String(version), ...(items.length > 1 && !rest && { continue: 'more' }) },
    items: (rest ? items.slice(1) : items.slice(0, 1)).map(thing),
  };
}

/** Waits in real time for what the network brings; rejects after three seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 3000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`no ${what} in time`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Moves virtual time on in small steps, with real turns between them for the network. */
export async function stepUntil(holds: () => boolean, clock: VirtualClock, stepMs = 50): Promise<void> {
  const deadline = performance.now() + 3000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('it did not come to hold in time');
    await clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
