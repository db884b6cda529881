import { namespaces } from '../objects/built-in.ts';
import { textAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { apiVersionOf, keyOf } from '../objects/resources.ts';
import { controllerCaller, unless } from './caller.ts';
import type { ControllerParts } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';

/** Pods of a namespace take a moment to end. */
const againMs = 25;

/** Gives each namespace what it begins with, and empties one that is to go before it goes. */
export function runNamespaces(parts: ControllerParts & { readonly caCertificate: string }): WorkQueue {
  const { store, registry, handle, clock, log, signal } = parts;
  const accounts = controllerCaller(handle, 'service-account-controller');
  const certificates = controllerCaller(handle, 'root-ca-cert-publisher');
  const emptier = controllerCaller(handle, 'namespace-controller');
  const queue = createQueue({ name: 'namespace-controller', work, clock, log, signal });
  store.listen(keyOf(namespaces), ({ object }) => queue.add(object.metadata.name));
  store.listen('/serviceaccounts', addOwner);
  store.listen('/configmaps', addOwner);
  return queue;

  function addOwner({ type, object }: { readonly type: string; readonly object: KubernetesObject }): void {
    const isFirst = ['default', 'kube-root-ca.crt'].includes(object.metadata.name);
    if (type === 'DELETED' && isFirst) queue.add(object.metadata.namespace ?? '');
  }

  async function work(name: string): Promise<void> {
    const namespace = store.get(keyOf(namespaces), undefined, name);
    if (namespace === undefined) return;
    if (textAt(namespace, 'status', 'phase') !== 'Terminating') return furnish(name);
    const isEmpty = await empty(name);
    if (isEmpty) store.remove(keyOf(namespaces), namespace);
    else queue.add(name, againMs);
  }

  async function furnish(name: string): Promise<void> {
    const root = `/api/v1/namespaces/${name}`;
    if (store.get('/serviceaccounts', name, 'default') === undefined) {
      await unless(409, accounts('POST', `${root}/serviceaccounts`, { metadata: { name: 'default' } }));
    }
    if (store.get('/configmaps', name, 'kube-root-ca.crt') === undefined) {
      const data = { 'ca.crt': parts.caCertificate };
      await unless(409, certificates('POST', `${root}/configmaps`, { metadata: { name: 'kube-root-ca.crt' }, data }));
    }
  }

  async function empty(name: string): Promise<boolean> {
    const full = registry
      .all()
      .filter((resource) => resource.namespaced && store.list(keyOf(resource), name).length > 0);
    for (const resource of full) {
      const root = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`;
      await emptier('DELETE', `${root}/namespaces/${name}/${resource.plural}`);
    }
    return full.length === 0;
  }
}
