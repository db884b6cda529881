import { at, listAt, objectAt, sameJson, textAt, textMapAt, withDefaults, without } from '../objects/json.ts';
import { type KubernetesObject, withMeta } from '../objects/kubernetes-object.ts';
import { checkDefinition } from '../objects/registry.ts';
import { type FieldProblem, forbiddenField, invalidValue, required } from '../objects/status.ts';
import type { KindRules } from './kind-rules.ts';

export const accountNameAnnotation = 'kubernetes.io/service-account.name';
export const accountTokenType = 'kubernetes.io/service-account-token';

export const namespaceRules: KindRules = {
  defaults(namespace) {
    const labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name };
    const spec = withDefaults(objectAt(namespace, 'spec'), { finalizers: ['kubernetes'] });
    return { ...withMeta(namespace, { labels }), spec };
  },
  firstStatus: () => ({ phase: 'Active' }),
};

export const secretRules: KindRules = {
  defaults(secret) {
    const plain = Object.entries(textMapAt(secret, 'stringData'));
    const encoded = plain.map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]);
    const { apiVersion, kind, metadata } = secret;
    const rest = without(secret, 'stringData', 'type');
    const data = encoded.length > 0 ? { data: { ...objectAt(secret, 'data'), ...Object.fromEntries(encoded) } } : {};
    return { ...rest, apiVersion, kind, metadata, ...data, type: secret['type'] ?? 'Opaque' };
  },
  validate: (secret, previous) => [
    ...(secret['type'] === accountTokenType && !secret.metadata.annotations?.[accountNameAnnotation]
      ? [required(`metadata.annotations[${accountNameAnnotation}]`)]
      : []),
    ...(previous !== undefined && previous['type'] !== secret['type']
      ? [invalidValue('type', secret['type'], 'field is immutable')]
      : []),
    ...immutableProblems(secret, previous),
  ],
};

export const configMapRules: KindRules = { validate: immutableProblems };

function immutableProblems(object: KubernetesObject, previous: KubernetesObject | undefined): readonly FieldProblem[] {
  if (previous?.['immutable'] !== true) return [];
  return ['data', 'binaryData', 'immutable']
    .filter((field) => !sameJson(object[field], previous[field]))
    .map((field) => forbiddenField(field, 'field is immutable when `immutable` is set'));
}

export const networkPolicyRules: KindRules = {
  defaults(policy) {
    const spec = objectAt(policy, 'spec');
    const ported = (direction: string) =>
      listAt(spec, direction).map((rule) => ({
        ...objectAt(rule),
        ...(at(rule, 'ports') !== undefined && {
          ports: listAt(rule, 'ports').map((port) => withDefaults(objectAt(port), { protocol: 'TCP' })),
        }),
      }));
    const directions = ['ingress', 'egress'].filter((direction) => spec[direction] !== undefined);
    const rules = Object.fromEntries(directions.map((direction) => [direction, ported(direction)]));
    const policyTypes = ['Ingress', ...(listAt(spec, 'egress').length > 0 ? ['Egress'] : [])];
    return { ...policy, spec: withDefaults({ ...spec, ...rules }, { podSelector: {}, policyTypes }) };
  },
  hasGeneration: true,
};

export const leaseRules: KindRules = { needsVersion: true, createdByUpdate: true };

export const eventRules: KindRules = { createdByUpdate: true };

export const definitionRules: KindRules = {
  defaults(definition) {
    const spec = objectAt(definition, 'spec');
    const names = objectAt(spec, 'names');
    const kind = textAt(names, 'kind') ?? '';
    const filled = withDefaults(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
    return { ...definition, spec: withDefaults({ ...spec, names: filled }, { conversion: { strategy: 'None' } }) };
  },
  validate(definition) {
    checkDefinition(definition);
    const spec = objectAt(definition, 'spec');
    const wanted = `${textAt(spec, 'names', 'plural') ?? ''}.${textAt(spec, 'group') ?? ''}`;
    const scope = spec['scope'];
    return [
      ...(definition.metadata.name === wanted
        ? []
        : [invalidValue('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group')]),
      ...(scope === 'Namespaced' || scope === 'Cluster' ? [] : [required('spec.scope')]),
      ...(listAt(spec, 'versions').length === 0 ? [required('spec.versions')] : []),
    ];
  },
  hasGeneration: true,
  needsVersion: true,
};

export const customRules: KindRules = { hasGeneration: true, needsVersion: true };
