import type { Json } from '../../../model/json.ts';
import type { Authorizer } from '../access/rbac.ts';
import type { ServiceAccountTokens } from '../access/service-account-tokens.ts';
import type { User } from '../access/user.ts';
import type { Admission, Notes } from '../admission/admission.ts';
import type { Registry } from '../objects/registry.ts';
import type { Resource } from '../objects/resources.ts';
import type { Store } from '../storage/store.ts';
import type { Target } from './request-info.ts';

/** Is a request of a known user, from the wire or from one of the cluster's own controllers. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly user: User;
  readonly userAgent: string;
  readonly sourceIp: string;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
  readonly body: string;
}

export type Reply = ObjectReply | WatchReply;

export interface ObjectReply {
  readonly status: number;
  readonly body: Json;
}

/** Goes on until `stop` is called or the time is over; `start` may send at once. */
export interface WatchReply {
  readonly start: (send: (event: Json) => void, end: () => void) => () => void;
}

/** Is everything that an answer is made of. */
export interface Cluster {
  readonly store: Store;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly tokens: ServiceAccountTokens;
  readonly admit: Admission;
  readonly now: () => number;
  /** How often a silent watch is told where it stands. */
  readonly bookmarkMs: number;
}

/** Is a call that has been understood and allowed. */
export interface Request {
  readonly call: Call;
  readonly target: Target;
  readonly resource: Resource;
  readonly notes: Notes;
  /** Everything is done but the change itself. */
  readonly dryRun: boolean;
}

/** Names the object of a request, as refusals do. */
export function named({ resource, target }: Pick<Request, 'resource' | 'target'>) {
  return { group: resource.group, resource: resource.plural, name: target.name ?? '' };
}
