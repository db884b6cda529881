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
    send: () => {
      if (end.signal.aborted) return { status: Promise.resolve(0), abandon: () => undefined };
      // One signal for thousands of requests would grow thousands of listeners: they are destroyed by hand.
      const request = open(never);
      underWay.add(request);
      const status = new Promise<number>((resolve) => {
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
      });
      return { status, abandon: () => request.destroy(new Error('given up')) };
    },
    close: () => {
      end.abort();
      for (const request of underWay) request.destroy(new Error('the load ended'));
    },
  };
}

const never = new AbortController().signal;
