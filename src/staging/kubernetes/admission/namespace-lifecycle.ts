import { namespaces } from '../objects/built-in.ts';
import { keyOf } from '../objects/resources.ts';
import { forbidden, notFound } from '../objects/status.ts';
import type { Store } from '../storage/store.ts';
import type { Admission } from './admission.ts';

const immortal = ['default', 'kube-system', 'kube-public'];

/** Refuses what is put into a namespace that is missing or on its way out, and the end of those that must stay. */
export function namespaceLifecycle(store: Store): Admission {
  return ({ operation, resource, subresource, namespace, name }) => {
    if (resource === namespaces) {
      if (operation === 'DELETE' && immortal.includes(name)) {
        throw forbidden({ group: '', resource: 'namespaces', name }, 'this namespace may not be deleted');
      }
      return;
    }
    if (namespace === undefined || operation !== 'CREATE' || subresource !== '') return;
    const found = store.get(keyOf(namespaces), undefined, namespace);
    if (found === undefined) throw notFound({ group: '', resource: 'namespaces', name: namespace });
    if (found.metadata.deletionTimestamp !== undefined) {
      throw forbidden(
        { group: resource.group, resource: resource.plural, name },
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      );
    }
  };
}
