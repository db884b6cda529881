import type { JsonObject } from '../../../model/json.ts';

/** Is who sends a request. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

export const anonymous: User = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Is the group that may do everything, whatever RBAC says. */
export const mastersGroup = 'system:masters';

/** Names a service account the way the server authenticates it. */
export function serviceAccountUser(namespace: string, name: string): User {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

/** Writes a user as audit events and admission reviews carry it. */
export function userInfo({ username, uid, groups, extra }: User): JsonObject {
  return { username, ...(uid !== undefined && { uid }), groups, ...(extra !== undefined && { extra }) };
}
