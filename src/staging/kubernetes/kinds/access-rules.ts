import type { Json } from '../../../model/json.ts';
import { roles } from '../objects/built-in.ts';
import { isObject, listAt, objectAt, sameJson, textAt, textsAt, withDefaults } from '../objects/json.ts';
import { type FieldProblem, invalidValue, notServed, required } from '../objects/status.ts';
import type { KindRules } from './kind-rules.ts';

export const roleRules: KindRules = {
  validate(role) {
    if (role['aggregationRule'] !== undefined) throw notServed('A ClusterRole is made up of others (aggregationRule).');
    return listAt(role, 'rules').flatMap((rule, index) =>
      textsAt(rule, 'verbs').length === 0
        ? [required(`rules[${index}].verbs`, 'verbs must contain at least one value')]
        : [],
    );
  },
  createdByUpdate: true,
  freeNames: true,
};

export const bindingRules: KindRules = {
  defaults: (binding) => ({
    ...binding,
    roleRef: withDefaults(objectAt(binding, 'roleRef'), { apiGroup: roles.group }),
    ...(binding['subjects'] !== undefined && { subjects: listAt(binding, 'subjects').map(defaultSubject) }),
  }),
  validate(binding, previous) {
    const roleRef = objectAt(binding, 'roleRef');
    const changed = previous !== undefined && !sameJson(roleRef, objectAt(previous, 'roleRef'));
    return [
      ...(textAt(roleRef, 'name') ? [] : [required('roleRef.name')]),
      ...(changed ? [invalidValue('roleRef', roleRef, 'cannot change roleRef')] : []),
      ...listAt(binding, 'subjects').flatMap((subject, index) =>
        subjectProblems(subject, `subjects[${index}]`, binding.metadata.namespace === undefined),
      ),
    ];
  },
  createdByUpdate: true,
  freeNames: true,
};

function defaultSubject(subject: Json): Json {
  if (!isObject(subject) || subject['kind'] === 'ServiceAccount') return subject;
  return withDefaults(subject, { apiGroup: roles.group });
}

function subjectProblems(subject: Json, field: string, needsNamespace: boolean): readonly FieldProblem[] {
  const kind = textAt(subject, 'kind') ?? '';
  const known = ['ServiceAccount', 'User', 'Group'];
  if (!known.includes(kind)) {
    const supported = known.map((one) => `"${one}"`).join(', ');
    const message = `Unsupported value: ${JSON.stringify(kind)}: supported values: ${supported}`;
    return [{ type: 'FieldValueNotSupported', field: `${field}.kind`, message }];
  }
  return [
    ...(textAt(subject, 'name') ? [] : [required(`${field}.name`)]),
    ...(kind === 'ServiceAccount' && needsNamespace && !textAt(subject, 'namespace')
      ? [required(`${field}.namespace`)]
      : []),
  ];
}
