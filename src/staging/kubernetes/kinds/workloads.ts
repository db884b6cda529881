import type { JsonObject } from '../../../model/json.ts';
import { objectAt, sameJson, textMapAt, withDefaults } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { type FieldProblem, invalidValue, required } from '../objects/status.ts';
import { labelSelectorOf } from '../selectors/labels.ts';
import type { KindRules } from './kind-rules.ts';
import { defaultPodSpec, podSpecProblems } from './pods.ts';

export const deploymentRules: KindRules = {
  defaults: (object) =>
    withSpec(object, {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    }),
  validate: problems,
  firstStatus: () => ({}),
  hasGeneration: true,
};

export const replicaSetRules: KindRules = {
  defaults: (object) => withSpec(object, { replicas: 1 }),
  validate: problems,
  firstStatus: () => ({ replicas: 0 }),
  hasGeneration: true,
};

function withSpec(object: KubernetesObject, defaults: JsonObject): KubernetesObject {
  const spec = objectAt(object, 'spec');
  const template = { ...objectAt(spec, 'template'), spec: defaultPodSpec(objectAt(spec, 'template', 'spec')) };
  return { ...object, spec: withDefaults({ ...spec, template }, defaults) };
}

function problems(object: KubernetesObject, previous: KubernetesObject | undefined): readonly FieldProblem[] {
  const selector = objectAt(object, 'spec', 'selector');
  const labels = textMapAt(object, 'spec', 'template', 'metadata', 'labels');
  const empty = Object.keys(selector).length === 0;
  const changed = previous !== undefined && !sameJson(selector, objectAt(previous, 'spec', 'selector'));
  return [
    ...(empty ? [required('spec.selector')] : []),
    ...(!empty && !labelSelectorOf(selector)(labels)
      ? [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
      : []),
    ...(changed ? [invalidValue('spec.selector', selector, 'field is immutable')] : []),
    ...podSpecProblems(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec'),
  ];
}
