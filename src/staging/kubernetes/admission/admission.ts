import type { User } from '../access/user.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { Resource } from '../objects/resources.ts';

/** Is a change on its way to the store. */
export interface Change {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: Resource;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** What would be stored; absent for DELETE. */
  readonly object?: KubernetesObject;
  /** What is stored now; absent for CREATE. */
  readonly previous?: KubernetesObject;
  readonly dryRun: boolean;
  readonly user: User;
  readonly notes: Notes;
  /** Checks the object itself, after what may keep it from being looked at, before what may refuse a good one. */
  readonly validate?: () => void;
}

/** Collects what the caller and the audit log are told beside the answer. */
export interface Notes {
  readonly warn: (text: string) => void;
  readonly annotate: (key: string, value: string) => void;
}

/** Lets a change pass, or refuses it with a StatusError. */
export type Admission = (change: Change) => void | Promise<void>;

/** Asks one after the other, in the order of the real server: its own checks lie before Pod Security and webhooks. */
export function admissionChain(first: readonly Admission[], then: readonly Admission[]): Admission {
  return async (change) => {
    for (const admission of first) await admission(change);
    change.validate?.();
    for (const admission of then) await admission(change);
  };
}
