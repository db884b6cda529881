import { z } from 'zod';
import { CallError } from '../model/call.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { nameField, namespaceField } from '../model/kubernetes-names.ts';
import type { ProbeDefinition } from '../model/probe.ts';
import type { KubernetesClients } from '../targets/kubernetes/clients.ts';

const params = z.strictObject({ namespace: namespaceField, deployment: nameField });
type Params = z.infer<typeof params>;

/** Reads how many of the replicas that a Deployment wants are ready. */
export const kubernetesReadiness: ProbeDefinition<Params, Pick<KubernetesClients, 'call'>> = {
  type: 'kubernetes.readiness',
  title: 'A Deployment is ready',
  description: 'The share of the replicas that a Deployment wants which are ready, from 0 to 1; 0 where it is gone.',
  target: 'kubernetes',
  params,
  example: { namespace: 'inference', deployment: 'inference-api' },
  unit: 'ratio of ready replicas (0 to 1)',
  permissions: ['get deployments.apps'],
  measure: async (ctx, { namespace, deployment }) => {
    const of = { group: 'apps', version: 'v1', resource: 'deployments' };
    try {
      const { body } = await ctx.clients.call({ verb: 'get', of, namespace, name: deployment }, ctx.signal);
      const wanted = numberIn(body['spec'], 'replicas') ?? 1;
      const ready = numberIn(body['status'], 'readyReplicas') ?? 0;
      const value = wanted === 0 ? 1 : Math.min(1, ready / wanted);
      return { status: 'measured', value, detail: `${ready} of ${wanted} are ready` };
    } catch (error) {
      if (!(error instanceof CallError) || error.kind !== 'not-found') throw error;
      return { status: 'measured', value: 0, detail: `Deployment '${namespace}/${deployment}' is not there` };
    }
  },
};

function numberIn(value: Json | undefined, field: string): number | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const found = (value as JsonObject)[field];
  return typeof found === 'number' ? found : undefined;
}
