import type { ClientRequest } from 'node:http';
import type { Traffic } from './clients.ts';

export interface TrafficSettings {
  readonly open: (signal: AbortSignal) => ClientRequest;
  readonly body: Buffer | undefined;
}

/** Sends like requests as cheaply as node can: bodies are thrown away, nothing is recorded. */
export function openTraffic({ open, body }: TrafficSettings): Traffic {
  const end = new AbortController();
  const underWay = new Set<ClientRequest>();
  return {
    send: () =>
      new Promise((resolve) => {
        if (end.signal.aborted) {
          resolve(0);
          return;
        }
        // One signal for thousands of requests would grow thousands of listeners: they are destroyed by hand.
        const request = open(never);
        underWay.add(request);
        const settle = (status: number) => {
          underWay.delete(request);
          resolve(status);
        };
        request.once('error', () => settle(0));
        request.once('response', (response) => {
          const status = response.statusCode ?? 0;
          response.once('end', () => settle(status));
          response.once('error', () => settle(0));
          response.once('aborted', () => settle(0));
          response.resume();
        });
        request.end(body);
      }),
    close: () => {
      end.abort();
      for (const request of underWay) request.destroy(new Error('the load ended'));
    },
  };
}

const never = new AbortController().signal;
