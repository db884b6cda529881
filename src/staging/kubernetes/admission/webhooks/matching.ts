import type { Json } from '../../../../model/json.ts';
import { namespaces } from '../../objects/built-in.ts';
import { at, listAt, objectAt, textAt, textsAt } from '../../objects/json.ts';
import type { KubernetesObject } from '../../objects/kubernetes-object.ts';
import { labelSelectorOf } from '../../selectors/labels.ts';
import type { Change } from '../admission.ts';

/** Tells whether a webhook asks to be called for a change: by its rules and its two selectors. */
export function webhookMatches(webhook: Json, change: Change, namespace: KubernetesObject | undefined): boolean {
  return (
    listAt(webhook, 'rules').some((rule) => ruleMatches(rule, change)) &&
    namespaceMatches(webhook, change, namespace) &&
    objectMatches(webhook, change)
  );
}

function ruleMatches(rule: Json, { operation, resource, subresource, namespace }: Change): boolean {
  const has = (field: string, value: string) => {
    const list = textsAt(rule, field);
    return list.includes('*') || list.includes(value);
  };
  const scope = textAt(rule, 'scope') ?? '*';
  const scoped = namespace !== undefined && resource !== namespaces;
  return (
    has('operations', operation) &&
    has('apiGroups', resource.group) &&
    has('apiVersions', resource.version) &&
    (scope === '*' || (scope === 'Namespaced') === scoped) &&
    textsAt(rule, 'resources').some((one) => resourceMatches(one, resource.plural, subresource))
  );
}

/** A rule is `pods`, `pods/status`, `pods/*`, `*` (all without subresources), `*` + `/scale` or all of both. */
function resourceMatches(rule: string, resource: string, subresource: string): boolean {
  const [wantedResource = '', wantedSub = ''] = rule.split('/');
  const subMatches = rule.includes('/') ? wantedSub === '*' || wantedSub === subresource : subresource === '';
  return (wantedResource === '*' || wantedResource === resource) && subMatches;
}

/** Objects of the cluster have no namespace and always match; a namespace matches by its own labels. */
function namespaceMatches(webhook: Json, change: Change, namespace: KubernetesObject | undefined): boolean {
  const matches = labelSelectorOf(objectAt(webhook, 'namespaceSelector'));
  if (change.resource === namespaces) return matches((change.object ?? change.previous)?.metadata.labels);
  return change.namespace === undefined || matches(namespace?.metadata.labels);
}

function objectMatches(webhook: Json, { object, previous }: Change): boolean {
  const selector = at(webhook, 'objectSelector');
  if (Object.keys(objectAt(selector)).length === 0) return true;
  const matches = labelSelectorOf(objectAt(selector));
  return [object, previous].some((one) => one !== undefined && matches(one.metadata.labels));
}
