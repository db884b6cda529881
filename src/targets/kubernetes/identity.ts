import type { KubernetesIdentityConfig, KubernetesTargetConfig } from '../../model/environment.ts';
import { OtherIdentityError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Phase } from '../../model/marker.ts';
import type { Identity } from '../../model/target.ts';
import type { KubernetesClients, KubernetesRequest } from './clients.ts';
import { type KubernetesConnection, openConnection } from './connection.ts';
import { checkServer, type PinnedServer, pinServer } from './server.ts';
import type { KubernetesTargetOptions } from './target-options.ts';
import { readToken } from './token.ts';

/** A projected token's file is replaced well before its hour is over; it is read again this often. */
const rereadMs = 60_000;

export interface IdentityRequest {
  readonly config: KubernetesTargetConfig;
  readonly options: KubernetesTargetOptions;
  readonly identity: KubernetesIdentityConfig;
}

export interface ClusterIdentity extends Identity {
  /** uid of the namespace `kube-system`. */
  readonly account: string;
}

export interface PinnedIdentity {
  readonly identity: ClusterIdentity;
  readonly server: PinnedServer;
  /** Hands out the token; a changed one repeats the identity check and throws `RefusedError` if it is another's. */
  readonly token: () => Promise<string>;
}

/** Obtains a token whose cluster is one of the proven ones, and keeps it on that cluster and user. */
export async function pinIdentity(request: IdentityRequest, signal: AbortSignal): Promise<PinnedIdentity> {
  const { config, options } = request;
  const { clock } = options;
  const server = await serverOf(request);
  const read = () => readToken(request.identity.token, options);
  const first = await read();
  const identity = await whoIs(request, { server, token: first }, signal);
  if (!config.proof.clusterUids.includes(identity.account)) {
    throw otherCluster(identity.account, config.proof.clusterUids);
  }
  let held = first;
  let readAtMs = clock.monoMs();
  return {
    identity,
    server,
    token: async () => {
      if (clock.monoMs() - readAtMs < rereadMs) return held;
      const next = await read();
      if (next !== held) {
        const now = await whoIs(request, { server, token: next }, new AbortController().signal);
        if (now.account !== identity.account) throw otherCluster(now.account, [identity.account]);
        if (now.arn !== identity.arn) throw otherUser(now.arn, identity.arn);
      }
      held = next;
      readAtMs = clock.monoMs();
      return held;
    },
  };
}

/** Checks address and authority of the target's server. */
export async function serverOf({ config, options }: IdentityRequest): Promise<PinnedServer> {
  return pinServer(checkServer(config.server, options.embedded), config.caFile);
}

/** Asks the API server who we are and which cluster it is; does not judge the answer. */
export async function whoIs(
  request: IdentityRequest,
  way: { readonly server: PinnedServer; readonly token: string },
  signal: AbortSignal,
): Promise<ClusterIdentity> {
  return withConnection(request, way, async (clients) => {
    const [review, system] = await Promise.all([
      clients.call(selfReview, signal),
      clients.call({ verb: 'get', of: namespaces, name: 'kube-system' }, signal),
    ]);
    const user = textAt(review.body, 'status', 'userInfo', 'username');
    return { arn: user ?? '', account: textAt(system.body, 'metadata', 'uid') ?? '' };
  });
}

export const namespaces = { group: '', version: 'v1', resource: 'namespaces' } as const;

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
const selfReview: KubernetesRequest = {
  verb: 'create',
  of: { group: 'authentication.k8s.io', version: 'v1', resource: 'selfsubjectreviews' },
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
};

/** Acts for no trial: the user agent carries no marker, and the calls stand in no trial's record. */
export async function withConnection<Result>(
  { config, options }: Pick<IdentityRequest, 'config' | 'options'>,
  way: { readonly server: PinnedServer; readonly token: string; readonly phase?: Phase },
  act: (clients: KubernetesClients) => Promise<Result>,
): Promise<Result> {
  const connection: KubernetesConnection = openConnection({
    server: way.server,
    clusterUid: '',
    token: async () => way.token,
    userAgent: { version: options.version },
    phase: way.phase ?? 'observe',
    requestTimeoutMs: config.requestTimeout,
    clock: options.clock,
  });
  try {
    return await act(connection.clients);
  } finally {
    connection.close();
  }
}

/** Follows keys into an answer; undefined where no text stands there. */
export function textAt(body: JsonObject, ...path: readonly string[]): string | undefined {
  let here: unknown = body;
  for (const key of path) {
    here = typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[key] : undefined;
  }
  return typeof here === 'string' ? here : undefined;
}

function otherCluster(got: string, expected: readonly string[]): OtherIdentityError {
  return new OtherIdentityError(
    'wrong-cluster',
    `The Kubernetes server is cluster ${got === '' ? '(none)' : got} by the uid of kube-system, expected ${expected.join(' or ')}: nothing was changed there.`,
  );
}

function otherUser(got: string, expected: string): OtherIdentityError {
  return new OtherIdentityError('wrong-user', `The new Kubernetes token is user '${got}', expected '${expected}'.`);
}
