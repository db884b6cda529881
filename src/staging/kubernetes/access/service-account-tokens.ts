import { createHash, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { Json, JsonObject } from '../../../model/json.ts';
import { at, isObject, numberAt, textAt } from '../objects/json.ts';
import { serviceAccountUser, type User } from './user.ts';

export interface TokenSubject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Issues and checks tokens of service accounts; the key never leaves the process. */
export interface ServiceAccountTokens {
  readonly issue: (
    subject: TokenSubject,
    validity: { readonly seconds: number; readonly audiences: readonly string[] },
  ) => { readonly token: string; readonly expiresMs: number };
  /** Makes a token that holds as long as its Secret exists. */
  readonly issueLegacy: (subject: TokenSubject, secret: string) => string;
  /** Answers undefined for a token that is not ours, has expired, or whose account or Secret is gone. */
  readonly authenticate: (token: string) => User | undefined;
}

export interface TokenOptions {
  readonly now: () => number;
  /** Answers the uid of a service account that exists. */
  readonly uidOf: (namespace: string, name: string) => string | undefined;
  readonly secretExists: (namespace: string, name: string) => boolean;
}

export const defaultAudience = 'https://kubernetes.default.svc';

/** Tokens are JWTs (ES256) with the claims that the real server writes. */
export function createServiceAccountTokens({ now, uidOf, secretExists }: TokenOptions): ServiceAccountTokens {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');

  function signed(claims: JsonObject): string {
    const text = `${encode({ alg: 'ES256', kid: keyId })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  function claimsOf(token: string): Json | undefined {
    const [head = '', body = '', signature = '', ...rest] = token.split('.');
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const genuine =
      rest.length === 0 && verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    return genuine ? JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) : undefined;
  }

  return {
    issue({ namespace, name, uid }, { seconds, audiences }) {
      const issued = Math.floor(now() / 1000);
      const token = signed({
        aud: audiences,
        exp: issued + seconds,
        iat: issued,
        iss: defaultAudience,
        jti: randomUUID(),
        'kubernetes.io': { namespace, serviceaccount: { name, uid } },
        nbf: issued,
        sub: `system:serviceaccount:${namespace}:${name}`,
      });
      return { token, expiresMs: (issued + seconds) * 1000 };
    },
    issueLegacy: ({ namespace, name, uid }, secret) =>
      signed({
        iss: 'kubernetes/serviceaccount',
        'kubernetes.io/serviceaccount/namespace': namespace,
        'kubernetes.io/serviceaccount/secret.name': secret,
        'kubernetes.io/serviceaccount/service-account.name': name,
        'kubernetes.io/serviceaccount/service-account.uid': uid,
        sub: `system:serviceaccount:${namespace}:${name}`,
      }),
    authenticate(token) {
      const claims = claimsOf(token);
      if (!isObject(claims)) return undefined;
      return claims['iss'] === 'kubernetes/serviceaccount' ? legacyUser(claims) : boundUser(claims);
    },
  };

  function boundUser(claims: JsonObject): User | undefined {
    const account = at(claims, 'kubernetes.io');
    const [namespace = '', name = ''] = [textAt(account, 'namespace'), textAt(account, 'serviceaccount', 'name')];
    const audiences = at(claims, 'aud');
    const current =
      (numberAt(claims, 'exp') ?? 0) * 1000 > now() && Array.isArray(audiences) && audiences.includes(defaultAudience);
    const credential = { 'authentication.kubernetes.io/credential-id': [`JTI=${textAt(claims, 'jti') ?? ''}`] };
    if (!current) return undefined;
    return existing({ namespace, name, uid: textAt(account, 'serviceaccount', 'uid') ?? '' }, credential);
  }

  function legacyUser(claims: JsonObject): User | undefined {
    const claim = (name: string) => textAt(claims, `kubernetes.io/serviceaccount/${name}`) ?? '';
    const namespace = claim('namespace');
    if (!secretExists(namespace, claim('secret.name'))) return undefined;
    return existing({ namespace, name: claim('service-account.name'), uid: claim('service-account.uid') });
  }

  function existing({ namespace, name, uid }: TokenSubject, extra?: NonNullable<User['extra']>): User | undefined {
    if (uidOf(namespace, name) !== uid) return undefined;
    return { ...serviceAccountUser(namespace, name), uid, ...(extra && { extra }) };
  }
}

function encode(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
