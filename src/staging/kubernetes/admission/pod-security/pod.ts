import type { Json, JsonObject } from '../../../../model/json.ts';
import { listAt, objectAt, textAt } from '../../objects/json.ts';

/** Is a pod, or the template of one, as the checks of Pod Security look at it. */
export interface PodParts {
  readonly spec: JsonObject;
  readonly security: JsonObject;
  readonly containers: readonly Container[];
  readonly volumes: readonly JsonObject[];
}

export interface Container {
  readonly name: string;
  readonly security: JsonObject;
  readonly ports: readonly Json[];
}

export function podParts(spec: JsonObject): PodParts {
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) => listAt(spec, field));
  return {
    spec,
    security: objectAt(spec, 'securityContext'),
    containers: containers.map((container) => ({
      name: textAt(container, 'name') ?? '',
      security: objectAt(container, 'securityContext'),
      ports: listAt(container, 'ports'),
    })),
    volumes: listAt(spec, 'volumes').map((volume) => objectAt(volume)),
  };
}

/** Writes `container "a"` or `containers "a", "b"`. */
export function named(word: string, names: readonly string[]): string {
  return `${names.length === 1 ? word : `${word}s`} ${quotedList(names)}`;
}

export function quotedList(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
