import { createHash } from 'node:crypto';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { User } from './user.ts';

/** Answers whose a bearer token is; undefined for one that nobody issued. */
export type Authenticate = (token: string) => User | undefined;

export interface KnownToken extends Pick<User, 'username' | 'groups'> {
  readonly token: string;
}

/** Knows the tokens from start-up, by their digest, and those of service accounts. */
export function createAuthenticator(known: readonly KnownToken[], accounts: ServiceAccountTokens): Authenticate {
  const users = new Map(
    known.map(({ token, username, groups }) => [
      digest(token),
      { username, groups: [...groups.filter((one) => one !== 'system:authenticated'), 'system:authenticated'] },
    ]),
  );
  return (token) => users.get(digest(token)) ?? accounts.authenticate(token);
}

/** Looking up a digest takes a time that says nothing about the token. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
