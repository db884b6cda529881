import type { Json } from '../../../model/json.ts';
import type { Attributes } from '../access/rules.ts';
import { type User, userInfo } from '../access/user.ts';
import { selfSubjectAccessReviews, selfSubjectReviews, subjectAccessReviews } from '../objects/built-in.ts';
import { at, listAt, objectAt, textAt, textsAt } from '../objects/json.ts';
import { badRequest, notServed } from '../objects/status.ts';
import type { Cluster, ObjectReply, Request } from './call.ts';
import { jsonBody } from './decode.ts';

/** Answers what is asked and stores nothing: who am I, may I, may somebody else. */
export function answerReview({ authorizer, now }: Cluster, request: Request): ObjectReply {
  const { call, resource } = request;
  const asked = jsonBody(call);
  const body = { ...objectAt(asked), kind: resource.kind, apiVersion: `${resource.group}/${resource.version}` };
  const metadata = { creationTimestamp: null };
  if (resource === selfSubjectReviews) {
    const created = { creationTimestamp: `${new Date(now()).toISOString().slice(0, 19)}Z` };
    return { status: 201, body: { ...body, metadata: created, status: { userInfo: userInfo(call.user) } } };
  }
  if (resource !== selfSubjectAccessReviews && resource !== subjectAccessReviews) {
    throw notServed(`A ${resource.kind} was asked for.`);
  }
  const user = resource === selfSubjectAccessReviews ? call.user : askedUser(at(asked, 'spec'));
  const { allowed, reason } = authorizer.decide(user, askedAttributes(at(asked, 'spec')));
  return { status: 201, body: { ...body, metadata, status: { allowed, ...(reason !== '' && { reason }) } } };
}

function askedUser(spec: Json | undefined): User {
  const username = textAt(spec, 'user') ?? '';
  const groups = textsAt(spec, 'groups');
  if (username === '' && groups.length === 0) throw badRequest('at least one of user or group must be specified');
  return { username, groups };
}

function askedAttributes(spec: Json | undefined): Attributes {
  const [onResource, onPath] = [at(spec, 'resourceAttributes'), at(spec, 'nonResourceAttributes')];
  if ((onResource === undefined) === (onPath === undefined)) {
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  const text = (field: string) => textAt(onResource, field) ?? '';
  if (onPath !== undefined) return { verb: textAt(onPath, 'verb') ?? '', path: textAt(onPath, 'path') ?? '' };
  if (listAt(onResource, 'labelSelector', 'requirements').length > 0) {
    throw notServed('An access review with a label selector was asked for.');
  }
  return {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace') || undefined,
    name: text('name') || undefined,
  };
}
