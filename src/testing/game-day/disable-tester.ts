import { ListAccessKeysCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { askClusterAdmin } from '../../staging/cluster-admin.ts';
import { rootClients } from '../../staging/seed/clients.ts';
import type { StagingState } from '../../staging/state.ts';
import { putRolePolicy, removeRolePolicy, roleName } from './role-policies.ts';

/** Gives the tester its rights again. */
type Restore = () => Promise<void>;

const policyName = 'quarantine';

/** Does what a guardrail does that takes the tester for an intruder: denies its role everything, and stops its key. */
export async function quarantineInAws(state: StagingState): Promise<Restore> {
  const { iam } = rootClients(state.aws.emulator, state.aws.account, state.aws.region);
  const name = roleName(state, 'tester');
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
  await putRolePolicy(state, 'tester', { name: policyName, document: deny });
  const setKeys = async (Status: 'Active' | 'Inactive') => {
    const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName: name }));
    for (const { AccessKeyId } of keys) {
      await iam.send(new UpdateAccessKeyCommand({ UserName: name, AccessKeyId, Status }));
    }
  };
  await setKeys('Inactive');
  return async () => {
    await setKeys('Active');
    await removeRolePolicy(state, 'tester', policyName);
  };
}

/** Takes the tester's bindings away, in the cluster and in the application's namespace. */
export async function unbindInCluster({ kubernetes }: StagingState): Promise<Restore> {
  const api = '/apis/rbac.authorization.k8s.io/v1';
  const places = [`${api}/clusterrolebindings`, `${api}/namespaces/${kubernetes.namespace}/rolebindings`];
  const taken = await Promise.all(
    places.map(async (place) => {
      const path = `${place}/windshear-tester`;
      const binding = (await askClusterAdmin(kubernetes, { method: 'GET', path })) as Readonly<Record<string, object>>;
      await askClusterAdmin(kubernetes, { method: 'DELETE', path });
      return { place, binding };
    }),
  );
  return async () => {
    for (const { place, binding } of taken) {
      const { name, namespace, labels } = binding['metadata'] as Readonly<Record<string, string>>;
      const body = { ...binding, metadata: { name, namespace, labels } };
      await askClusterAdmin(kubernetes, { method: 'POST', path: place, body });
    }
  };
}
