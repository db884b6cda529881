import { z } from 'zod';
import { isMutating } from '../../model/aws-action.ts';
import { type CanaryContext, defineCanary } from '../../model/detector.ts';
import { withMarker } from './marked.ts';

const params = z.strictObject({
  /** The SDK's name of the service: `iam`, `s3`. */
  service: z.string().regex(/^[a-z][a-z0-9-]*$/),
  operation: z
    .string()
    .regex(/^[A-Z][A-Za-z0-9]*$/)
    .refine((name) => !isMutating(name) && !name.startsWith('AssumeRole'), {
      error: (issue) =>
        `must be an operation that only reads (Get…, List…, Describe…, Head…), got '${String(issue.input)}'`,
    }),
  input: z.record(z.string(), z.json()).default({}),
});

/** The part of the AWS clients that this canary asks for; user agent and session carry the marker. */
export interface AwsCallClients {
  send(service: string, operation: string, input: object, signal: AbortSignal): Promise<unknown>;
}

/** Makes one harmless AWS call that a canary rule of the detector alerts on. */
export const awsCall = defineCanary({
  type: 'aws.call',
  title: 'Read-only AWS call',
  description:
    'One call that reads, such as iam:GetRole of a role kept for this purpose. A canary rule of the detector alerts on it; ' +
    `its user agent and session name carry the marker, which replaces \${marker} in the input.`,
  params,
  example: params.parse({ service: 'iam', operation: 'GetRole', input: { RoleName: 'windshear-canary' } }),
  kind: 'raise',
  async raise(ctx, { service, operation, input }) {
    const clients = await awsClientsOf(ctx);
    await clients.send(service, operation, withMarker(input, ctx.markerText) as object, ctx.signal);
  },
});

async function awsClientsOf(ctx: CanaryContext): Promise<AwsCallClients> {
  const clients = await ctx.clients('aws');
  if (typeof clients === 'object' && clients !== null && 'send' in clients && typeof clients.send === 'function')
    return clients as AwsCallClients;
  throw new TypeError("Canary 'aws.call' needs clients with a send() method.");
}
