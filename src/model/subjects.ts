import { readSubject, type Subject, workloadOf } from './subject-names.ts';

/**
 * Answers the normal forms of a resource or actor as a source wrote it: two texts that mean the same share at least
 * one. They carry no account, since a bare name tells none: `sameSubject` is the exact answer.
 * A namespace turns a bare name into that of a Kubernetes object.
 */
export function subjectKeys(text: string, namespace?: string): readonly string[] {
  const subject = readSubject(text, namespace);
  const name = nameIn(subject);
  const own = subject.type === 'any' ? nameable.map((type) => `${type}|${name}`) : [`${subject.type}|${name}`];
  if (subject.type === 'object') return [...own, `bucket|${subject.parent ?? ''}`];
  const workload = workloadOf(subject);
  return workload === undefined ? own : [...own, `workload|${nameIn(workload)}`];
}

/** Answers under which name all Kubernetes objects of that kind and namespace are meant; undefined for anything else. */
export function collectionOf(text: string): string | undefined {
  return /^[A-Za-z][\w.-]*(?:\/[^/#:]+){1,2}$/.test(text) ? text.replace(/[^/]+$/, '*') : undefined;
}

/** Says whether a text means all objects of a kind and namespace, as `collectionOf` answers it, and a resource is one of them. */
export function isOfCollection(subject: string, text: string): boolean {
  return text.endsWith('/*') && contains(text, subject);
}

/** Answers the names that stand in the normal forms, behind the type: one or two, where a bare name has a form for each type. */
export function subjectNames(text: string, namespace?: string): readonly string[] {
  const subject = readSubject(text, namespace);
  if (subject.type === 'object') return [nameIn(subject), subject.parent ?? ''];
  const workload = workloadOf(subject);
  return workload === undefined ? [nameIn(subject)] : [nameIn(subject), nameIn(workload)];
}

/** Answers the name in a normal form. */
export function nameOfKey(key: string): string {
  return key.slice(key.indexOf('|') + 1);
}

/**
 * Says whether two texts mean the same resource: role ARN and assumed-role ARN, bucket name, bucket ARN and the ARN
 * of an object in it, function ARN with and without version, IAM name with and without path, pod and its owner,
 * service account and its user name. Accounts, regions and namespaces must agree where both are told.
 */
export function sameSubject(a: string, b: string): boolean {
  if (a === b) return true;
  const one = readSubject(a);
  const other = readSubject(b);
  return same(one, other) || isParent(one, other) || isParent(other, one);
}

/** Says whether two texts name workloads of one name and namespace that are none of each other: a Deployment, a StatefulSet. */
export function isOtherWorkload(a: string, b: string): boolean {
  if (!ownsPods.test(a) || !ownsPods.test(b)) return false;
  const one = readSubject(a);
  const other = readSubject(b);
  return one.type !== other.type && one.name === other.name && one.namespace === other.namespace;
}

/** Kinds that own their pods by themselves; a ReplicaSet is a Deployment's, a Job may be a CronJob's, by another name. */
const ownsPods = /^(?:deployment|statefulset|daemonset|job|cronjob)s?(?:\.[a-z.]+)?\//i;

/** Says whether two texts mean the same actor; sessions of one role are one actor. */
export function sameActor(a: string, b: string): boolean {
  return a === b || same(readSubject(a), readSubject(b));
}

/**
 * Says whether one resource is, or holds, another: account ⊃ role ⊃ its parts (`<role ARN>#<part>`), bucket ⊃ object,
 * namespace ⊃ pod, owner ⊃ pod. `*` holds everything, and a name that ends in `*` all Kubernetes objects of that kind
 * and namespace that begin alike: `pod/prod/rogue-*`.
 */
export function contains(outer: string, inner: string): boolean {
  if (outer === '*' || outer === inner) return true;
  const part = inner.indexOf('#');
  if (part > 0 && contains(outer, inner.slice(0, part))) return true;
  const holder = readSubject(outer);
  const held = readSubject(inner);
  if (holder.type === 'account') return held.account === holder.name;
  if (holder.type === 'namespace' && held.namespace === holder.name) return true;
  return same(holder, held) || isParent(holder, held) || beginsAlike(holder, held);
}

function beginsAlike(holder: Subject, held: Subject): boolean {
  if (!holder.name.endsWith('*') || holder.type !== held.type || holder.namespace !== held.namespace) return false;
  return held.name.startsWith(holder.name.slice(0, -1));
}

/** Types that a bare name may be of. */
const nameable = [
  'any',
  'role',
  'user',
  'group',
  'policy',
  'instance-profile',
  'bucket',
  'function',
  'trail',
  'queue',
  'autoscaling-group',
  'namespace',
  'workload',
  'pod',
  'serviceaccount',
  'other',
] as const;

function nameIn(subject: Subject): string {
  return subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`;
}

function same(a: Subject, b: Subject): boolean {
  return (
    a.name === b.name &&
    (a.type === b.type || isNameOf(a, b) || isNameOf(b, a)) &&
    agree(a.account, b.account) &&
    agree(a.region, b.region) &&
    a.namespace === b.namespace
  );
}

function isNameOf(bare: Subject, named: Subject): boolean {
  return bare.type === 'any' && (nameable as readonly string[]).includes(named.type);
}

/** A bucket is the parent of its objects, a workload that of its pods. */
function isParent(outer: Subject, inner: Subject): boolean {
  if (inner.type === 'object') return (outer.type === 'bucket' || outer.type === 'any') && outer.name === inner.parent;
  const workload = inner.type === 'pod' ? workloadOf(inner) : undefined;
  return workload !== undefined && outer.type !== 'pod' && same(workloadOf(outer) ?? outer, workload);
}

function agree(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
