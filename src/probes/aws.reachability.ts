import { z } from 'zod';
import { CallError } from '../model/call.ts';
import type { ProbeDefinition } from '../model/probe.ts';
import type { AwsClients } from '../targets/aws/clients.ts';

const params = z.strictObject({
  /** Calls of one measurement, one after the other. */
  calls: z.number().int().min(1).max(20).default(1),
});
type Params = z.infer<typeof params>;

/** Asks AWS who we are: the call that needs no permission and changes nothing. */
export const awsReachability: ProbeDefinition<Params, AwsClients> = {
  type: 'aws.reachability',
  title: 'AWS answers',
  description: 'The share of GetCallerIdentity calls that are answered, from 0 to 1.',
  target: 'aws',
  params,
  example: { calls: 1 },
  unit: 'ratio of answered calls (0 to 1)',
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permission is required. */
  permissions: [],
  measure: async (ctx, { calls }) => {
    const failures: CallError[] = [];
    for (let call = 0; call < calls; call++) {
      try {
        await ctx.clients.call('sts:GetCallerIdentity', {}, ctx.signal);
      } catch (error) {
        if (!(error instanceof CallError) || ctx.signal.aborted) throw error;
        failures.push(error);
      }
    }
    const value = (calls - failures.length) / calls;
    const [first] = failures;
    return { status: 'measured', value, ...(first === undefined ? {} : { detail: `${first.code}: ${first.message}` }) };
  },
};
