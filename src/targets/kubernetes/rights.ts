import { CallError } from '../../model/call.ts';
import type { Json } from '../../model/json.ts';
import { readSubject, type Subject } from '../../model/subject-names.ts';
import type { RightCheck } from '../../model/target.ts';
import type { KubernetesClients } from './clients.ts';

export interface RightsRequest {
  readonly as: RightCheck['as'];
  /** `delete pods`, `patch deployments.apps`, `bind clusterroles.rbac.authorization.k8s.io/cluster-admin`. */
  readonly actions: readonly string[];
  /** `<kind>/<namespace>/<name>` or `<kind>/<name>`; a name that ends in `*` is not known yet. */
  readonly resources: readonly string[];
  readonly clients: KubernetesClients;
}

/**
 * Asks the API server by SelfSubjectAccessReview whether the identity may do each action on the touched resources of
 * that kind. It answers for every authorizer (RBAC, node, webhook), not for admission.
 * https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
 */
export async function reviewRights(request: RightsRequest, signal: AbortSignal): Promise<readonly RightCheck[]> {
  const actions = [...new Set(request.actions)];
  return Promise.all(actions.map((action) => review(request, action, signal)));
}

async function review(request: RightsRequest, action: string, signal: AbortSignal): Promise<RightCheck> {
  const { as, clients, resources } = request;
  const asked = readAction(action);
  if (asked === undefined) return { action, as, answer: 'unproven', why: 'it is no action of the Kubernetes API' };
  const places = placesOf(asked, resources);
  try {
    const answers = await Promise.all(places.map((place) => ask(clients, { ...asked, ...place }, signal)));
    const refused = answers.find(({ allowed }) => !allowed);
    if (refused === undefined) return { action, as, answer: 'allowed', why: answers[0]?.reason || 'an access review' };
    if (as === 'tester' && answers.some(({ denied }) => denied)) {
      const why = `an authorizer denies it, which may be the guardrail under test: ${refused.reason}`;
      return { action, as, answer: 'unproven', why };
    }
    // Nothing that we touch tells the namespace, and a right in all of them is more than is needed.
    if (places.length === 1 && places[0] === everywhere) {
      return { action, as, answer: 'unproven', why: 'it is not allowed in every namespace, and none was named' };
    }
    return { action, as, answer: 'denied', why: refused.reason || 'no role that the identity is bound to allows it' };
  } catch (error) {
    if (!(error instanceof CallError) || error.kind === 'unanswered' || error.kind === 'throttled') throw error;
    return { action, as, answer: 'unproven', why: `the access review was answered ${error.code}` };
  }
}

interface Action {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
}

interface Place {
  readonly namespace?: string;
  readonly name?: string;
}

const everywhere: Place = {};

/** `bind clusterroles.rbac.authorization.k8s.io/cluster-admin` names an object after the slash, as only verbs of RBAC do. */
function readAction(action: string): Action | undefined {
  const [, verb, resource, group = '', part] = /^([a-z]+) ([a-z]+)(?:\.([a-z0-9.-]+))?(?:\/(\S+))?$/.exec(action) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  if (part === undefined) return { verb, group, resource };
  return verb === 'bind' || verb === 'escalate'
    ? { verb, group, resource, name: part }
    : { verb, group, resource, subresource: part };
}

/** Where the action is needed: on the touched objects of its kind, else in their namespaces. */
function placesOf({ verb, resource, name }: Action, resources: readonly string[]): readonly Place[] {
  if (name !== undefined) return [{ name }];
  const subjects = resources.map((text) => readSubject(text));
  const kind = readSubject(`${resource}/any`).type;
  const own = subjects.filter(({ type }) => type === kind);
  const places = (own.length > 0 ? own : subjects.filter(({ namespace }) => namespace !== undefined)).map(
    (subject): Place => ({
      ...namespaceOf(subject),
      ...(own.length > 0 && isKnown(subject) && !unnamed.has(verb) ? { name: subject.name } : {}),
    }),
  );
  const distinct = new Map(places.map((place) => [JSON.stringify(place), place]));
  return distinct.size === 0 ? [everywhere] : [...distinct.values()];
}

/** Roles cannot narrow these to a name: it is not part of the request's path. */
const unnamed = new Set(['create', 'list', 'watch', 'deletecollection']);

function isKnown({ name }: Subject): boolean {
  return !name.endsWith('*');
}

function namespaceOf({ type, name, namespace }: Subject): Place {
  if (type === 'namespace') return { namespace: name };
  return namespace === undefined ? {} : { namespace };
}

async function ask(
  clients: KubernetesClients,
  resourceAttributes: Action & Place,
  signal: AbortSignal,
): Promise<{ readonly allowed: boolean; readonly denied: boolean; readonly reason: string }> {
  const { body } = await clients.call(
    {
      verb: 'create',
      of: { group: 'authorization.k8s.io', version: 'v1', resource: 'selfsubjectaccessreviews' },
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { ...resourceAttributes } },
      },
    },
    signal,
  );
  const status = body['status'] as Readonly<Record<string, Json>> | undefined;
  const reason = status?.['reason'];
  return {
    allowed: status?.['allowed'] === true,
    denied: status?.['denied'] === true,
    reason: typeof reason === 'string' ? reason : '',
  };
}
