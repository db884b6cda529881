import type { Json } from '../model/json.ts';

export interface OwnScript {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly rate: number;
  readonly duration: string;
  readonly maxVUs: number;
  readonly thresholds: Readonly<Record<string, readonly string[]>>;
}

/** Writes a script of constant arrival rate; everything that comes from the scenario goes in as JSON, never as code. */
export function scriptFor({ url, method, headers, body, rate, duration, maxVUs, thresholds }: OwnScript): string {
  const options: Json = {
    discardResponseBodies: true,
    noConnectionReuse: false,
    summaryTrendStats: ['min', 'avg', 'med', 'p(90)', 'p(95)', 'p(99)', 'max', 'count'],
    thresholds: Object.fromEntries(Object.entries(thresholds).map(([metric, limits]) => [metric, [...limits]])),
    scenarios: {
      windshear: {
        executor: 'constant-arrival-rate',
        rate,
        timeUnit: '1s',
        duration,
        preAllocatedVUs: Math.min(maxVUs, Math.max(1, Math.ceil(rate))),
        maxVUs,
        gracefulStop: '2s',
      },
    },
  };
  const sent = body === undefined ? null : JSON.stringify(body);
  return [
    "import http from 'k6/http';",
    `export const options = ${literal(options)};`,
    `const request = ${literal({ method, url, body: sent, headers: { ...headers } })};`,
    'export default function () {',
    '  http.request(request.method, request.url, request.body, { headers: request.headers, redirects: 0 });',
    '}',
    '',
  ].join('\n');
}

/** JSON is a part of JavaScript, these two separators included since ES2019; k6's compiler need not know. */
function literal(value: Json): string {
  return JSON.stringify(value, null, 2).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
