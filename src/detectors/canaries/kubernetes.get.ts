import { z } from 'zod';
import { type CanaryContext, defineCanary } from '../../model/detector.ts';
import {
  groupField,
  namespaceField,
  segmentField,
  segmentProblem,
  versionField,
} from '../../model/kubernetes-names.ts';

const params = z
  .strictObject({
    group: groupField.default(''),
    version: versionField.default('v1'),
    /** In the plural, as the API's paths name it. */
    resource: z.string().regex(/^[a-z]+$/, { error: "must be a resource in the plural, such as 'namespaces'" }),
    namespace: namespaceField.optional(),
    name: segmentField,
  })
  .superRefine((p, context) => {
    const message = segmentProblem(p, p.name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['name'], message });
  });

/** The part of the Kubernetes clients that this canary asks for; the user agent carries the marker. */
export interface KubernetesGetClients {
  call(request: object, signal: AbortSignal): Promise<unknown>;
}

/** Reads one object of the cluster, kept for this purpose, which a canary rule of the detector alerts on. */
export const kubernetesGet = defineCanary({
  type: 'kubernetes.get',
  title: 'Read-only Kubernetes request',
  description:
    'Gets one object, such as a namespace kept for this purpose. A canary rule of the detector alerts on it; the user ' +
    'agent carries the marker.',
  params,
  example: params.parse({ resource: 'namespaces', name: 'windshear-canary' }),
  kind: 'raise',
  async raise(ctx, { group, version, resource, namespace, name }) {
    const clients = await clientsOf(ctx);
    const of = { group, version, resource };
    const request = { verb: 'get', of, name, ...(namespace === undefined ? {} : { namespace }) };
    await clients.call(request, ctx.signal);
  },
});

async function clientsOf(ctx: CanaryContext): Promise<KubernetesGetClients> {
  const clients = await ctx.clients('kubernetes');
  if (typeof clients === 'object' && clients !== null && 'call' in clients && typeof clients.call === 'function')
    return clients as KubernetesGetClients;
  throw new TypeError("Canary 'kubernetes.get' needs clients with a call() method.");
}
