import { asObject, type FoundObject, type ObjectRef } from './objects.ts';

/** Pods of a Deployment that its controller has not replaced yet after its template was changed. */
export interface PendingRollout {
  /** As a clause. */
  readonly why: string;
  /** True where nothing will replace them until somebody resumes the rollout. */
  readonly isPaused: boolean;
}

/** Says whether a change there has pods replaced: one of the template of a Deployment. */
export function isOfTemplate({ of }: ObjectRef, path: string): boolean {
  return of.group === 'apps' && of.resource === 'deployments' && `${path}/`.startsWith('/spec/template/');
}

/** Says whether all pods that its controller knows of are of the template as it is; false where no controller tells. */
export function isRolledOut(found: FoundObject): boolean {
  return observedOf(found) !== undefined && pendingRollout(found) === undefined;
}

/**
 * Says why pods of another template may still run; undefined where none do. The controller counts those of the template
 * as it last saw it: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
export function pendingRollout(found: FoundObject): PendingRollout | undefined {
  if ((observedOf(found) ?? 0) < (found.generation ?? 0))
    return { why: 'its controller has not seen that yet', isPaused: false };
  const status = asObject(found.object['status']);
  const [pods, updated] = [Number(status['replicas'] ?? 0), Number(status['updatedReplicas'] ?? 0)];
  const old = pods - updated;
  if (old <= 0) return undefined;
  const why = `${old} of its ${pods} pods still run another template`;
  const isPaused = asObject(found.object['spec'])['paused'] === true;
  return { why: isPaused ? `${why}, and its rollout is paused` : why, isPaused };
}

function observedOf({ object }: FoundObject): number | undefined {
  const { observedGeneration } = asObject(object['status']);
  return typeof observedGeneration === 'number' ? observedGeneration : undefined;
}
