import { z } from 'zod';
import type { ProbeDefinition } from '../model/probe.ts';
import type { HttpClients } from '../targets/http/clients.ts';
import { askFields, askOnce } from './http-ask.ts';

const params = z.strictObject({
  ...askFields,
  /** Requests of one measurement, one after the other. */
  calls: z.number().int().min(1).max(100).default(10),
  percentile: z.number().min(1).max(100).default(95),
});
type Params = z.infer<typeof params>;

/**
 * Measures how long users wait: a percentile by nearest rank. A request that fails counts as its time limit, so that a
 * service does not become fast by failing.
 */
export const httpLatency: ProbeDefinition<Params, HttpClients> = {
  type: 'http.latency',
  title: 'A service answers fast',
  description: 'A percentile of the time until an HTTP answer is complete; a failed request counts as its time limit.',
  target: 'http',
  params,
  example: params.parse({ url: 'http://127.0.0.1:8080/healthz' }),
  unit: 'ms',
  permissions: [],
  measure: async (ctx, { calls, percentile, ...ask }) => {
    const times: number[] = [];
    let detail: string | undefined;
    for (let call = 0; call < calls; call++) {
      const { isGood, ms, why } = await askOnce(ctx, ask);
      times.push(isGood ? ms : Math.max(ms, ask.timeoutMs));
      detail ??= why;
    }
    const rank = Math.ceil((percentile / 100) * times.length);
    const value = times.toSorted((a, b) => a - b)[rank - 1] ?? 0;
    return { status: 'measured', value, ...(detail === undefined ? {} : { detail }) };
  },
};
