import type { JsonObject } from '../../../../model/json.ts';
import { deployments, namespaces, pods, replicaSets } from '../../objects/built-in.ts';
import { objectAt, sameJson } from '../../objects/json.ts';
import { keyOf } from '../../objects/resources.ts';
import { forbidden } from '../../objects/status.ts';
import type { Store } from '../../storage/store.ts';
import type { Admission, Change } from '../admission.ts';
import { podViolations, policyOf } from './evaluate.ts';

/**
 * Holds pods to the level that their namespace enforces; templates are only warned about and noted, as in
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function podSecurity(store: Store): Admission {
  return (change) => {
    const spec = podSpecOf(change);
    if (spec === undefined) return;
    const { notes, resource, namespace, name } = change;
    const labels = store.get(keyOf(namespaces), undefined, namespace ?? '')?.metadata.labels;

    if (resource === pods) {
      const enforced = policyOf(labels, 'enforce');
      notes.annotate('pod-security.kubernetes.io/enforce-policy', `${enforced.level}:${enforced.version}`);
      const violations = podViolations(enforced, spec);
      noteAudit();
      if (violations !== undefined) {
        throw forbidden({ group: '', resource: 'pods', name }, `violates ${violations}`);
      }
    } else noteAudit();
    const warned = podViolations(policyOf(labels, 'warn'), spec);
    if (warned !== undefined) notes.warn(`would violate ${warned}`);

    function noteAudit(): void {
      const audited = podViolations(policyOf(labels, 'audit'), spec ?? {});
      if (audited !== undefined) {
        notes.annotate('pod-security.kubernetes.io/audit-violations', `would violate ${audited}`);
      }
    }
  };
}

/** Answers the pod spec that a change brings in; nothing when it leaves the spec as it was. */
function podSpecOf({ resource, subresource, operation, object, previous }: Change): JsonObject | undefined {
  if (operation === 'DELETE' || subresource !== '' || object === undefined) return undefined;
  const path = resource === pods ? ['spec'] : ['spec', 'template', 'spec'];
  if (resource !== pods && resource !== deployments && resource !== replicaSets) return undefined;
  const spec = objectAt(object, ...path);
  return previous !== undefined && sameJson(spec, objectAt(previous, ...path)) ? undefined : spec;
}
