/** A resource or actor, as far as its text tells; `any` is a bare name, whose type nobody told, `part` a part of a resource. */
export interface Subject {
  readonly type: string;
  /** Without path, version and session. */
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly namespace?: string;
  /** The bucket of an object. */
  readonly parent?: string;
}

/** Reads a resource or actor from an ARN, a Kubernetes name, an id or a bare name. */
export function readSubject(text: string, namespace?: string): Subject {
  if (text.includes('#')) return { type: 'part', name: text };
  return (
    readArn(text) ??
    readServiceAccount(text) ??
    readId(text) ??
    readQueueUrl(text) ??
    readKubernetes(text) ??
    (namespace === undefined || namespace === '' ? { type: 'any', name: text } : { type: 'any', name: text, namespace })
  );
}

/** Answers the owner that a pod's name tells, or the workload that a deployment, set or job is. */
export function workloadOf(subject: Subject): Subject | undefined {
  if (subject.namespace === undefined) return undefined;
  if (workloads.has(subject.type)) return { ...subject, type: 'workload', name: ownerName(subject.type, subject.name) };
  if (subject.type !== 'pod') return undefined;
  const owner = podName.exec(subject.name)?.groups?.['owner'];
  return owner === undefined ? undefined : { ...subject, type: 'workload', name: owner };
}

const workloads = new Set(['deployment', 'replicaset', 'daemonset', 'statefulset', 'job', 'cronjob', 'workload']);

/**
 * Kubernetes appends a hash of the pod template and 5 random letters without vowels, a job's pod its 5, a set's pod
 * its number (https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go).
 */
const letters = '[bcdfghjklmnpqrstvwxz2456789]';
const podName = new RegExp(
  `^(?<owner>[a-z0-9](?:[a-z0-9.-]*?[a-z0-9])??)-(?:${letters}{6,10}-${letters}{5}|${letters}{5}|\\d{1,5})$`,
);
const replicaSetName = new RegExp(`^(?<owner>.+)-${letters}{6,10}$`);

function ownerName(type: string, name: string): string {
  return type === 'replicaset' ? (replicaSetName.exec(name)?.groups?.['owner'] ?? name) : name;
}

function readArn(text: string): Subject | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const [, , service, region, account, ...rest] = text.split(':');
  const resource = rest.join(':');
  if (service === undefined || resource === '') return undefined;
  const where = { ...(account ? { account } : {}), ...(region ? { region } : {}) };
  if (service === 'iam' || service === 'sts') return { ...where, ...iamName(resource, account ?? '') };
  if (service === 's3') return s3Name(resource);
  const id = resource.split('/').at(-1) ?? resource;
  if (service === 'ec2') return readId(id) ?? { type: 'other', name: resource, ...where };
  if (service === 'lambda') {
    const [kind, name] = resource.split(':');
    if (kind === 'function' && name) return { type: 'function', name, ...where };
  }
  if (service === 'cloudtrail' && resource.startsWith('trail/')) return { type: 'trail', name: id, ...where };
  if (service === 'sqs') return { type: 'queue', name: resource, ...where };
  const group = /autoScalingGroupName\/([^:]+)/.exec(resource)?.[1];
  if (service === 'autoscaling' && group !== undefined) return { type: 'autoscaling-group', name: group, ...where };
  return { type: 'other', name: `${service}:${resource}`, ...where };
}

/** Names of roles, users and policies are unique in an account whatever their path; a session belongs to its role. */
function iamName(resource: string, account: string): Subject {
  const [kind = '', ...path] = resource.split('/');
  if (kind === 'root') return { type: 'account', name: account };
  if (kind === 'assumed-role') return { type: 'role', name: path[0] ?? '' };
  if (kind === 'federated-user') return { type: 'user', name: path[0] ?? '' };
  // A key is cut at its first bar.
  return { type: kind.replaceAll('|', '_'), name: path.at(-1) ?? resource };
}

function s3Name(resource: string): Subject {
  const slash = resource.indexOf('/');
  if (slash < 0) return { type: 'bucket', name: resource };
  const parent = resource.slice(0, slash);
  const key = resource.slice(slash + 1);
  return key === '*' ? { type: 'bucket', name: parent } : { type: 'object', name: resource, parent };
}

/** Ids that a service picks are unique by themselves, and so is an account's number. */
function readId(text: string): Subject | undefined {
  if (/^\d{12}$/.test(text)) return { type: 'account', name: text, account: text };
  if (/^(?:i|ami|lt|sg|subnet|vpc|eni|vol|snap|rtb|igw|acl)-[0-9a-z]{8,17}$/.test(text))
    return { type: 'ec2', name: text };
  const principal = /^(A[A-Z]{3}[A-Z0-9]{12,124})(?::.*)?$/.exec(text)?.[1];
  return principal === undefined ? undefined : { type: 'iam-id', name: principal };
}

function readQueueUrl(text: string): Subject | undefined {
  const [, account, name] = /^https?:\/\/[^/]+\/(\d{12})\/([\w.-]+)$/.exec(text) ?? [];
  return account === undefined || name === undefined ? undefined : { type: 'queue', name, account };
}

function readServiceAccount(text: string): Subject | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(text) ?? [];
  return namespace === undefined || name === undefined ? undefined : { type: 'serviceaccount', name, namespace };
}

/** `kind/namespace/name`, or `kind/name` of what stands in no namespace; kinds in any case, plural or with their group. */
function readKubernetes(text: string): Subject | undefined {
  const parts = text.split('/');
  const [kind = '', second = '', third] = parts;
  if (parts.length < 2 || parts.length > 3 || !/^[A-Za-z][\w.-]*$/.test(kind) || second === '' || third === '')
    return undefined;
  const type = singular((kind.split('.')[0] ?? kind).toLowerCase());
  return third === undefined ? { type, name: second } : { type, name: third, namespace: second };
}

function singular(kind: string): string {
  if (kind.endsWith('ies')) return `${kind.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(kind)) return kind.slice(0, -2);
  return kind.endsWith('s') && !kind.endsWith('ss') ? kind.slice(0, -1) : kind;
}
