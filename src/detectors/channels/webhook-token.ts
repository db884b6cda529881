import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { readSecret, type Secret } from './secret.ts';

export type TokenPlace = 'path' | { readonly header: string };

/** Draws a token of 192 bits that may stand in a path. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Reads a token that the user keeps in an environment variable or a file. */
export async function tokenOf(secret: Secret): Promise<string> {
  return readSecret(secret);
}

/** Says whether a request brings the token, in a time that does not depend on how much of it is right. */
export function bringsToken(request: IncomingMessage, place: TokenPlace, token: string): boolean {
  const given = place === 'path' ? firstOfPath(request.url) : withoutScheme(request.headers[place.header]);
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function firstOfPath(url: string | undefined): string {
  const first = /^\/([^/?#]*)/.exec(url ?? '')?.[1] ?? '';
  try {
    return decodeURIComponent(first);
  } catch {
    return '';
  }
}

function withoutScheme(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value.replace(/^Bearer /i, '') : '';
}
