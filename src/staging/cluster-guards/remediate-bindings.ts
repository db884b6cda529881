import { z } from 'zod';
import { type ClusterClient, ClusterError } from './cluster-client.ts';

const bindings = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), uid: z.string() }),
      roleRef: z.looseObject({ name: z.string() }),
      subjects: z.array(z.looseObject({ kind: z.string(), name: z.string() })).optional(),
    }),
  ),
});

const collection = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';

/** Looks once for service accounts that were made administrators of the cluster, and deletes what made them so. */
export async function remediateBindings(
  client: ClusterClient,
  allowed: readonly string[],
  log: (text: string) => void,
): Promise<void> {
  const { items } = bindings.parse(await client.call('GET', collection));
  for (const { metadata, roleRef, subjects = [] } of items) {
    const { name, uid } = metadata;
    const isAccount = subjects.some(({ kind }) => kind === 'ServiceAccount');
    if (roleRef.name !== 'cluster-admin' || !isAccount || allowed.includes(name)) continue;
    try {
      const value = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
      await client.call('DELETE', `${collection}/${name}`, { type: 'application/json', value });
      log(`remediator: deleted the binding ${name}`);
    } catch (error) {
      if (!(error instanceof ClusterError) || ![404, 409].includes(error.code)) throw error;
    }
  }
}
