import type { Json, JsonObject } from '../../model/json.ts';

/** A resource as the API's paths name it: `{ group: 'apps', version: 'v1', resource: 'deployments' }`; the core group is ''. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** `status`, `token`, `log`. */
  readonly subresource?: string;
}

/**
 * One call. `patch` sends a list as JSON Patch (RFC 6902) and an object as JSON Merge Patch (RFC 7386).
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export interface KubernetesRequest {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete';
  readonly of: ApiResource;
  /** Absent for what stands in no namespace, and for a list over all of them. */
  readonly namespace?: string;
  readonly name?: string;
  readonly body?: JsonObject | readonly Json[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Everything but the writing itself is done: admission, validation, quota. */
  readonly dryRun?: boolean;
  /** Asks for metadata alone, so that values such as a Secret's never travel; a server may answer whole objects all the same. */
  readonly metadataOnly?: boolean;
  /** Says that this call is what a fault does, although it changes nothing: it is timed and recorded as mutating. */
  readonly isAct?: boolean;
}

/** One object whose changes are to be told. */
export interface KubernetesWatch {
  readonly of: ApiResource;
  readonly namespace?: string;
  readonly name: string;
}

export interface KubernetesAnswer {
  readonly status: number;
  readonly body: JsonObject;
  /** Texts of the answer's `Warning` headers. */
  readonly warnings: readonly string[];
  /** The `Audit-Id` header: the auditID of the request's records in the audit log. */
  readonly auditId?: string;
}

/**
 * The Kubernetes API as plugins see it: one identity, one server, marker and phase in every request, every call
 * recorded, every error a `CallError`. Calls are made once; nothing is retried here.
 */
export interface KubernetesClients {
  /** The proven cluster: uid of its namespace `kube-system`. */
  readonly clusterUid: string;
  call(request: KubernetesRequest, signal: AbortSignal): Promise<KubernetesAnswer>;
  /**
   * Calls `onEvent` for what is there and then for each change, whatever it is; resolves when the server ends the
   * watch, as each does after some minutes, and throws the signal's reason when it is aborted.
   */
  watch(watch: KubernetesWatch, signal: AbortSignal, onEvent: () => void): Promise<void>;
}
