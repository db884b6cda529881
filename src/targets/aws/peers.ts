import type { Json, JsonObject } from '../../model/json.ts';
import type { PeerSet } from '../../model/peers.ts';
import { readSubject } from '../../model/subject-names.ts';
import type { AwsClients } from './clients.ts';

/**
 * Counts the account's roles, without those that belong to AWS services, where the resources name any, and the
 * instances of each auto scaling group that they name. Throws `CallError` where that may not be read.
 */
export async function countPeers(
  clients: AwsClients,
  resources: readonly string[],
  signal: AbortSignal,
): Promise<readonly PeerSet[]> {
  const named = resources.map((resource) => ({ resource, ...readSubject(resource) }));
  const roles = named.filter(({ type }) => type === 'role').map(({ resource }) => resource);
  const groups = Map.groupBy(
    named.filter(({ type }) => type === 'autoscaling-group'),
    ({ name }) => name,
  );
  return [
    ...(roles.length === 0
      ? []
      : [{ share: 'roles' as const, set: 'roles of the account', members: roles, existing: await countRoles() }]),
    ...(await Promise.all([...groups].map(([name, members]) => countGroup(name, members)))),
  ];

  async function countRoles(): Promise<number> {
    let count = 0;
    let from: JsonObject = {};
    for (;;) {
      const page = await clients.send('iam', 'ListRoles', from, signal);
      const own = listAt(page, 'Roles').filter((role) => !textAt(role, 'Path').startsWith('/aws-service-role/'));
      count += own.length;
      const next = textAt(page, 'Marker');
      if (next === '') return count;
      from = { Marker: next };
    }
  }

  async function countGroup(name: string, members: readonly { readonly resource: string }[]): Promise<PeerSet> {
    const found = await clients.send(
      'autoscaling',
      'DescribeAutoScalingGroups',
      { AutoScalingGroupNames: [name] },
      signal,
    );
    const [group = null] = listAt(found, 'AutoScalingGroups');
    return {
      share: 'group',
      set: `instances of group ${name}`,
      members: members.map(({ resource }) => resource),
      existing: listAt(group, 'Instances').length,
    };
  }
}

function listAt(value: Json, key: string): readonly Json[] {
  const found = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}

function textAt(value: Json, key: string): string {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : '';
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
