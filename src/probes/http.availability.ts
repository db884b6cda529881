import { z } from 'zod';
import type { ProbeDefinition } from '../model/probe.ts';
import type { HttpClients } from '../targets/http/clients.ts';
import { askFields, askOnce } from './http-ask.ts';

const params = z.strictObject({
  ...askFields,
  /** Requests of one measurement, one after the other. */
  calls: z.number().int().min(1).max(50).default(3),
});
type Params = z.infer<typeof params>;

/** Asks a service as a user does, and counts the good answers. */
export const httpAvailability: ProbeDefinition<Params, HttpClients> = {
  type: 'http.availability',
  title: 'A service answers',
  description: 'The share of HTTP requests that are answered well and in time, from 0 to 1.',
  target: 'http',
  params,
  example: params.parse({ url: 'http://127.0.0.1:8080/healthz' }),
  unit: 'ratio of good answers (0 to 1)',
  permissions: [],
  measure: async (ctx, { calls, ...ask }) => {
    let good = 0;
    let detail: string | undefined;
    for (let call = 0; call < calls; call++) {
      const { isGood, why } = await askOnce(ctx, ask);
      if (isGood) good += 1;
      else detail ??= why;
    }
    return { status: 'measured', value: good / calls, ...(detail === undefined ? {} : { detail }) };
  },
};
