import type { JsonObject } from '../../model/json.ts';
import { asObject, type FoundObject, type ObjectRef } from './objects.ts';

/** Pods of a workload that its controller has not replaced yet after its template was changed. */
export interface PendingRollout {
  /** As a clause. */
  readonly why: string;
  /** True where nothing will replace them until somebody resumes the rollout, or deletes them. */
  readonly isPaused: boolean;
}

/** Fields of the status that count pods: all, and those of the template as the controller last saw it. */
interface Counted {
  readonly all: string;
  readonly updated: string;
}

/**
 * Workloads whose controllers replace pods. A StatefulSet's counts those of its `updateRevision`, which is the old one
 * again once the template is: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies,
 * https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/,
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
const countedOf: Readonly<Record<string, Counted>> = {
  deployments: { all: 'replicas', updated: 'updatedReplicas' },
  statefulsets: { all: 'replicas', updated: 'updatedReplicas' },
  daemonsets: { all: 'currentNumberScheduled', updated: 'updatedNumberScheduled' },
};

/** Says whether a change there has pods replaced: one of the template of such a workload. */
export function isOfTemplate(ref: ObjectRef, path: string): boolean {
  return countedIn(ref) !== undefined && `${path}/`.startsWith('/spec/template/');
}

/** Says whether all pods that its controller knows of are of the template as it is; false where no controller tells. */
export function isRolledOut(ref: ObjectRef, found: FoundObject): boolean {
  return observedOf(found) !== undefined && pendingRollout(ref, found) === undefined;
}

/** Says why pods of another template may still run; undefined where none do. */
export function pendingRollout(ref: ObjectRef, found: FoundObject): PendingRollout | undefined {
  const counted = countedIn(ref);
  if (counted === undefined) return undefined;
  if ((observedOf(found) ?? 0) < (found.generation ?? 0))
    return { why: 'its controller has not seen that yet', isPaused: false };
  const status = asObject(found.object['status']);
  const [pods, updated] = [Number(status[counted.all] ?? 0), Number(status[counted.updated] ?? 0)];
  const old = pods - updated;
  if (old <= 0) return undefined;
  const why = `${old} of its ${pods} pods still run another template`;
  const halted = haltedBy(asObject(found.object['spec']));
  return { why: halted === undefined ? why : `${why}, and ${halted}`, isPaused: halted !== undefined };
}

function countedIn({ of }: ObjectRef): Counted | undefined {
  return of.group === 'apps' ? countedOf[of.resource] : undefined;
}

function haltedBy({ paused, updateStrategy }: JsonObject): string | undefined {
  if (paused === true) return 'its rollout is paused';
  return asObject(updateStrategy)['type'] === 'OnDelete' ? 'its update strategy leaves them until deleted' : undefined;
}

function observedOf({ object }: FoundObject): number | undefined {
  const { observedGeneration } = asObject(object['status']);
  return typeof observedGeneration === 'number' ? observedGeneration : undefined;
}
