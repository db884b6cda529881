import type { Clock } from '../../../model/clock.ts';
import type { JsonObject } from '../../../model/json.ts';
import { isObject, listAt, textAt } from '../objects/json.ts';
import { type KubernetesObject, metaTime } from '../objects/kubernetes-object.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Writes conditions; one whose status stays keeps the time of its last transition. */
export function conditionsOf(
  object: KubernetesObject,
  conditions: readonly Condition[],
  { clock, updates = false }: { readonly clock: Clock; readonly updates?: boolean },
): readonly JsonObject[] {
  const now = metaTime(clock.epochMs());
  const before = listAt(object, 'status', 'conditions').filter((one) => isObject(one));
  return conditions.map((condition) => {
    const same = before.find((one) => one['type'] === condition.type && one['status'] === condition.status);
    const unchanged = same?.['reason'] === condition.reason && same['message'] === condition.message;
    const updated = unchanged ? textAt(same, 'lastUpdateTime') : undefined;
    return {
      ...condition,
      ...(updates && { lastUpdateTime: updated ?? now }),
      lastTransitionTime: textAt(same, 'lastTransitionTime') ?? now,
    };
  });
}
