import type { Json, JsonObject } from '../../../model/json.ts';
import type { Registry } from '../objects/registry.ts';
import { apiVersionOf, type Resource, type Subresource } from '../objects/resources.ts';
import type { ObjectReply } from './call.ts';

/** Is the version that this server behaves like; its build says that it is another one. */
export const serverVersion = 'v1.36.3+windshear';

/** Answers discovery and version; undefined for a path that is none of them. */
export function discover(registry: Registry, path: string): ObjectReply | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const resources = registry.all();
  if (path === '/version' || path === '/version/') return answer(version);
  if (path === '/api') {
    const byClient = [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }];
    return answer({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: byClient });
  }
  if (path === '/apis') return answer({ kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(resources) });
  if (parts[0] === 'apis' && parts.length === 2) {
    const group = groupsOf(resources).find(({ name }) => name === parts[1]);
    return group && answer({ kind: 'APIGroup', apiVersion: 'v1', ...group });
  }
  const groupVersion = parts.slice(1).join('/');
  const served = resources.filter((one) => apiVersionOf(one) === groupVersion);
  const isList = (parts[0] === 'api' && parts.length === 2) || (parts[0] === 'apis' && parts.length === 3);
  if (!isList || served.length === 0) return undefined;
  const list = served.flatMap(resourceEntries);
  return answer({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: list });
}

function answer(body: Json): ObjectReply {
  return { status: 200, body };
}

const version: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: serverVersion,
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'windshear/embedded',
};

function groupsOf(resources: readonly Resource[]) {
  const names = [...new Set(resources.map(({ group }) => group))].filter((group) => group !== '');
  return names.map((name) => {
    const own = resources.filter(({ group }) => group === name);
    const versions = [...new Set(own.map((one) => one.version))].map((one) => ({
      groupVersion: `${name}/${one}`,
      version: one,
    }));
    return { name, versions, preferredVersion: versions[0] ?? null };
  });
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const subresourceEntries: Readonly<Record<Subresource, JsonObject>> = {
  status: { verbs: ['get', 'patch', 'update'] },
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
};

function resourceEntries(resource: Resource): readonly JsonObject[] {
  const { plural, singular, namespaced, kind, shortNames, review } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: review ? ['create'] : allVerbs,
      ...(shortNames.length > 0 && { shortNames }),
    },
    ...resource.subresources.map((subresource) => ({
      name: `${plural}/${subresource}`,
      singularName: '',
      namespaced,
      kind,
      ...subresourceEntries[subresource],
    })),
  ];
}
