import { z } from 'zod';
import { CallError } from '../../model/call.ts';
import { defineCanary } from '../../model/detector.ts';
import { durationSchema } from '../../model/fields.ts';
import type { Json } from '../../model/json.ts';
import { withMarker } from './marked.ts';

const params = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }),
    method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string()).default({}),
    body: z.json().optional(),
    /** The one host other than loopback that may be asked; it must be that of the URL. */
    host: z.string().optional(),
    timeout: durationSchema.default(5000),
  })
  .refine(({ url, host }) => isAllowedHost(url, host), {
    path: ['url'],
    error: 'must lead to loopback, or to the host that `host` names',
  });

/** Asks a tool's own test path, such as Alertmanager's POST of an alert or falcosidekick's /test. */
export const httpRequest = defineCanary({
  type: 'http.request',
  title: "A tool's own test path",
  description:
    `One HTTP request with a JSON body in which \${marker} is replaced; also in the URL and in headers. Anything but 2xx ` +
    'counts as not raised; redirects are not followed, and only loopback or the declared host is asked.',
  params,
  example: params.parse({ url: 'http://127.0.0.1:9000/test', body: { marker: `\${marker}` } }),
  kind: 'raise',
  async raise({ clock, signal, markerText }, { url, method, headers, body, timeout }) {
    const at = new URL(withMarker(url, encodeURIComponent(markerText)) as string);
    const done = new AbortController();
    const late = new AbortController();
    const timer = clock.sleep(timeout, done.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      const response = await fetch(at, {
        method,
        headers: { 'content-type': 'application/json', ...(withMarker(headers, markerText) as Record<string, string>) },
        ...(body === undefined || method === 'GET'
          ? {}
          : { body: JSON.stringify(withMarker(body as Json, markerText)) }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, late.signal]),
      });
      await response.body?.cancel();
      if (response.ok) return;
      throw new CallError(
        'failed',
        `http-${response.status}`,
        `${place(at)} answered ${response.status}, expected 2xx.`,
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof CallError) throw error;
      if (late.signal.aborted)
        throw new CallError('unanswered', 'timeout', `${place(at)} did not answer within ${timeout} ms.`);
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CallError('unanswered', 'unreachable', `${place(at)} cannot be reached: ${cause}.`, { cause: error });
    } finally {
      done.abort();
      await timer;
    }
  },
});

/** The address without its query, where secrets may stand. */
function place(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** A URL that cannot be read is another check's to tell. */
function isAllowedHost(url: string, host: string | undefined): boolean {
  const { hostname } = URL.parse(url) ?? { hostname: undefined };
  return hostname === undefined || isLoopback(hostname) || hostname === host;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
