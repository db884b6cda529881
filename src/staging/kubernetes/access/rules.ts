import type { Json } from '../../../model/json.ts';
import { at, listAt, textsAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';

/** Is a request in the eyes of RBAC: on a resource, or on a path. */
export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

/** Is a PolicyRule with all its lists there. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export function rulesOf(role: KubernetesObject): readonly Rule[] {
  return listAt(role, 'rules').map(ruleOf);
}

function ruleOf(rule: Json): Rule {
  const texts = (field: string) => textsAt(at(rule, field));
  return {
    verbs: texts('verbs'),
    apiGroups: texts('apiGroups'),
    resources: texts('resources'),
    resourceNames: texts('resourceNames'),
    nonResourceURLs: texts('nonResourceURLs'),
  };
}

/** Follows https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/rbac/v1/evaluation_helpers.go */
export function ruleAllows(rule: Rule, attributes: Attributes): boolean {
  if (!holds(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) return rule.nonResourceURLs.some((url) => urlMatches(url, attributes.path));
  const { group, resource, subresource, name } = attributes;
  return (
    holds(rule.apiGroups, group) &&
    rule.resources.some((one) => resourceMatches(one, resource, subresource)) &&
    (rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

function holds(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function resourceMatches(rule: string, resource: string, subresource: string): boolean {
  if (rule === '*') return true;
  if (subresource === '') return rule === resource;
  return rule === `${resource}/${subresource}` || rule === `*/${subresource}`;
}

function urlMatches(rule: string, path: string): boolean {
  return rule === '*' || rule === path || (rule.endsWith('*') && path.startsWith(rule.slice(0, -1)));
}

/** Answers those rules, broken into single permissions, that nothing in `held` covers. */
export function uncovered(held: readonly Rule[], granted: readonly Rule[]): readonly Rule[] {
  return granted.flatMap(singleRules).filter((single) => !held.some((rule) => covers(rule, single)));
}

function singleRules(rule: Rule): readonly Rule[] {
  const none: Rule = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  return rule.verbs.flatMap((verb) => [
    ...rule.nonResourceURLs.map((url) => ({ ...none, verbs: [verb], nonResourceURLs: [url] })),
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) => {
        const single = { ...none, verbs: [verb], apiGroups: [group], resources: [resource] };
        return rule.resourceNames.length === 0
          ? [single]
          : rule.resourceNames.map((name) => ({ ...single, resourceNames: [name] }));
      }),
    ),
  ]);
}

function covers(held: Rule, single: Rule): boolean {
  const [verb = '', group, resource, name, url] = [
    single.verbs[0],
    single.apiGroups[0],
    single.resources[0],
    single.resourceNames[0],
    single.nonResourceURLs[0],
  ];
  if (!holds(held.verbs, verb)) return false;
  if (url !== undefined) return held.nonResourceURLs.some((one) => urlMatches(one, url));
  return (
    holds(held.apiGroups, group ?? '') &&
    (holds(held.resources, resource ?? '') || held.resources.includes(`*/${resource?.split('/')[1]}`)) &&
    (held.resourceNames.length === 0 || (name !== undefined && held.resourceNames.includes(name)))
  );
}

/** Writes a rule as the real server's messages do: `{APIGroups:["*"], Resources:["*"], Verbs:["*"]}`. */
export function ruleText(rule: Rule): string {
  const parts = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ] as const;
  const texts = parts.filter(([, list]) => list.length > 0).map(([name, list]) => `${name}:${quoted(list)}`);
  return `{${texts.join(', ')}}`;
}

/** Writes a list of texts as Go's %q does. */
export function quoted(list: readonly string[]): string {
  return `[${list.map((entry) => JSON.stringify(entry)).join(' ')}]`;
}
