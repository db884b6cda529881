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

/**
 * Writes conditions; one whose status stays keeps the time of its last transition, and one whose reason stays too its
 * message: a refusal names another pod each time, and a status that changed with it would wake its controller for ever.
 */
export function conditionsOf(
  object: KubernetesObject,
  conditions: readonly Condition[],
  { clock, updates = false }: { readonly clock: Clock; readonly updates?: boolean },
): readonly JsonObject[] {
  const now = metaTime(clock.epochMs());
  const before = listAt(object, 'status', 'conditions').filter((one) => isObject(one));
  return conditions.map((condition) => {
    const same = before.find((one) => one['type'] === condition.type && one['status'] === condition.status);
    const unchanged = same?.['reason'] === condition.reason;
    const updated = unchanged ? textAt(same, 'lastUpdateTime') : undefined;
    return {
      ...condition,
      message: (unchanged ? textAt(same, 'message') : undefined) ?? condition.message,
      ...(updates && { lastUpdateTime: updated ?? now }),
      lastTransitionTime: textAt(same, 'lastTransitionTime') ?? now,
    };
  });
}
