import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { FieldProblem } from '../objects/status.ts';

/** Is what a kind adds to the common way of a write; the real server's strategies are the model. */
export interface KindRules {
  /** Fills what the writer left out. */
  readonly defaults?: (object: KubernetesObject) => KubernetesObject;
  /** Lists wrong fields; `previous` is there for an update. */
  readonly validate?: (object: KubernetesObject, previous: KubernetesObject | undefined) => readonly FieldProblem[];
  /** What the status is at first; without it there is none. */
  readonly firstStatus?: (object: KubernetesObject) => KubernetesObject[string];
  /** Counts changes of the spec in `metadata.generation`. */
  readonly hasGeneration?: boolean;
  /** An update must name the resourceVersion that it replaces. */
  readonly needsVersion?: boolean;
  /** The real server creates it when a PUT finds nothing. */
  readonly createdByUpdate?: boolean;
  /** Names are path segments rather than DNS names. */
  readonly freeNames?: boolean;
}
