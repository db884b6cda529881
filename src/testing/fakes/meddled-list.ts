import { deploymentResource } from '../../faults/kubernetes/kinds.ts';
import { kubernetesPatch } from '../../faults/kubernetes/patch.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { FakeKubernetes } from './kubernetes.ts';
import { faultContext } from './kubernetes-context.ts';

/** A list of an object, what a patch changes in it, and what somebody makes of it then. */
export interface Meddling {
  readonly list: Json;
  /** By pointers in the list; null takes a field away. */
  readonly change: Readonly<Record<string, Json>>;
  readonly becomes: Json;
}

const place = { of: deploymentResource, namespace: 'inference', name: 'api' } as const;
const base = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'inference', name: 'api' };

/** Patches a list, lets somebody meddle and reverts; answers what was seen at each step, and the list that is left. */
export async function meddle({ list, change, becomes }: Meddling) {
  const fake = new FakeKubernetes();
  const ctx = faultContext(fake.clients());
  const body = { metadata: { name: 'api' }, spec: { list } };
  await fake.clients().call({ verb: 'create', of: place.of, namespace: 'inference', body }, ctx.signal);
  const patch = Object.entries(change).map(([path, value]) => ({
    path: `/spec/list${path}`,
    ...(value === null ? { op: 'remove' } : { op: 'add', value }),
  }));
  const p = kubernetesPatch.params.parse({ ...base, patch });
  const before = await kubernetesPatch.capture(ctx, p);
  const acknowledged = await kubernetesPatch.inject(ctx, p, before);
  const look = async () => (await kubernetesPatch.observe(ctx, p, before, { acknowledged })).status;
  const injected = await look();
  await fake.clients().call({ verb: 'patch', ...place, body: { spec: { list: becomes } } }, ctx.signal);
  const seen = await look();
  const { outcome, note } = await kubernetesPatch.revert(ctx, p, before, { acknowledged });
  const spec = fake.objects().get('deployments/inference/api')?.['spec'] as JsonObject;
  return { injected, seen, outcome, note, left: spec['list'], after: await look() };
}
