import { at, numberAt, textAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';

/**
 * Says how many replicas each ReplicaSet gets next: the new one as many as the surge allows, the old ones as few as
 * availability allows; with `Recreate` the old ones end first.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/rolling.go
 */
export function nextCounts(
  deployment: KubernetesObject,
  current: KubernetesObject,
  old: readonly KubernetesObject[],
): ReadonlyMap<KubernetesObject, number> {
  const desired = numberAt(deployment, 'spec', 'replicas') ?? 0;
  const oldTotal = sum(old, wantedOf);
  const own = wantedOf(current);
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') {
    const ended = old.every((set) => (numberAt(set, 'status', 'replicas') ?? 0) === 0);
    return new Map([...old.map((set) => [set, 0] as const), [current, ended && oldTotal === 0 ? desired : own]]);
  }
  const surge = share(deployment, 'maxSurge', desired, Math.ceil);
  const limit = share(deployment, 'maxUnavailable', desired, Math.floor);
  const unavailable = surge === 0 && limit === 0 ? 1 : limit;

  const next = own >= desired ? desired : own + Math.max(0, Math.min(desired - own, desired + surge - own - oldTotal));
  const newUnready = Math.max(0, own - availableOf(current));
  let spare = Math.max(0, own + oldTotal - (desired - unavailable) - newUnready);
  const counts = new Map([[current, next]]);
  for (const set of old) {
    const removed = Math.min(wantedOf(set), spare);
    spare -= removed;
    counts.set(set, wantedOf(set) - removed);
  }
  return counts;
}

function share(
  deployment: KubernetesObject,
  field: 'maxSurge' | 'maxUnavailable',
  desired: number,
  round: (value: number) => number,
): number {
  const value = at(deployment, 'spec', 'strategy', 'rollingUpdate', field);
  if (typeof value === 'number') return value;
  return round((Number.parseInt(typeof value === 'string' ? value : '25%', 10) / 100) * desired);
}

function wantedOf(set: KubernetesObject): number {
  return numberAt(set, 'spec', 'replicas') ?? 0;
}

function availableOf(set: KubernetesObject): number {
  return numberAt(set, 'status', 'availableReplicas') ?? 0;
}

function sum(sets: readonly KubernetesObject[], of: (set: KubernetesObject) => number): number {
  return sets.reduce((all, set) => all + of(set), 0);
}
