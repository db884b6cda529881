import { customResourceDefinitions } from '../objects/built-in.ts';
import { listAt, objectAt, textAt } from '../objects/json.ts';
import { type KubernetesObject, metaTime } from '../objects/kubernetes-object.ts';
import { customResources } from '../objects/registry.ts';
import { keyOf } from '../objects/resources.ts';
import type { ControllerParts } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';

/** Says of each CustomResourceDefinition that it is established, and takes its objects with it when it goes. */
export function runDefinitions({ store, clock, log, signal }: ControllerParts): WorkQueue {
  const key = keyOf(customResourceDefinitions);
  const queue = createQueue({ name: 'definitions', work, clock, log, signal });
  store.listen(key, ({ type, object }) => {
    if (type === 'DELETED') clear(object);
    else queue.add(object.metadata.name);
  });
  return queue;

  async function work(name: string): Promise<void> {
    const definition = store.get(key, undefined, name);
    if (definition === undefined || listAt(definition, 'status', 'conditions').length > 0) return;
    const lastTransitionTime = metaTime(clock.epochMs());
    const condition = (type: string, reason: string, message: string) => ({
      type,
      status: 'True',
      lastTransitionTime,
      reason,
      message,
    });
    store.put(key, {
      ...definition,
      status: {
        conditions: [
          condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
          condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
        ],
        acceptedNames: objectAt(definition, 'spec', 'names'),
        storedVersions: listAt(definition, 'spec', 'versions').map((version) => textAt(version, 'name') ?? ''),
      },
    });
  }

  function clear(definition: KubernetesObject): void {
    for (const resource of customResources(definition)) {
      for (const object of store.list(keyOf(resource))) store.remove(keyOf(resource), object);
    }
  }
}
