import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { der } from './der.ts';

/** Signs server certificates for one staging; its key never leaves the process. */
export interface Authority {
  /** Its own certificate as PEM: what clients must trust. */
  readonly certificate: string;
  /** Issues a server certificate for names and IPv4 addresses; both parts as PEM. */
  readonly issue: (names: readonly [string, ...string[]]) => { readonly certificate: string; readonly key: string };
}

const lifetimeMs = 30 * 24 * 3600 * 1000;
const clockErrorMs = 3600 * 1000;
const keyUsage = { signing: [0x80, 7], authority: [0x06, 1] } as const;

/** Makes an authority with an own EC key; certificates are X.509 version 3 (RFC 5280) and hold for 30 days. */
export function createAuthority(name: string, nowMs: number): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certify = (subject: string, publicKey: KeyObject, extensions: readonly Buffer[]) =>
    certificatePem({ issuer: name, subject, publicKey, signer: own.privateKey, extensions, nowMs });
  return {
    certificate: certify(name, own.publicKey, [
      extension('2.5.29.19', der.sequence(der.boolean(true)), true),
      extension('2.5.29.15', der.bits(Buffer.of(keyUsage.authority[0]), keyUsage.authority[1]), true),
      extension('2.5.29.14', der.octets(keyId(own.publicKey))),
    ]),
    issue(names) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const certificate = certify(names[0], pair.publicKey, [
        extension('2.5.29.15', der.bits(Buffer.of(keyUsage.signing[0]), keyUsage.signing[1]), true),
        extension('2.5.29.37', der.sequence(der.objectId('1.3.6.1.5.5.7.3.1'))),
        extension('2.5.29.17', der.sequence(...names.map(alternativeName))),
        extension('2.5.29.35', der.sequence(der.tagged(0, false, keyId(own.publicKey)))),
      ]);
      return { certificate, key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}

interface CertificateParts {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly nowMs: number;
}

function certificatePem({ issuer, subject, publicKey, signer, extensions, nowMs }: CertificateParts): string {
  const algorithm = der.sequence(der.objectId('1.2.840.10045.4.3.2'));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const content = der.sequence(
    der.tagged(0, true, der.integer(Buffer.of(2))),
    der.integer(serial),
    algorithm,
    commonName(issuer),
    der.sequence(der.time(nowMs - clockErrorMs), der.time(nowMs + lifetimeMs)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(3, true, der.sequence(...extensions)),
  );
  const whole = der.sequence(content, algorithm, der.bits(sign('sha256', content, signer)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function commonName(name: string): Buffer {
  return der.sequence(der.set(der.sequence(der.objectId('2.5.4.3'), der.text(name))));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return der.sequence(der.objectId(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function alternativeName(name: string): Buffer {
  return isIPv4(name)
    ? der.tagged(7, false, Buffer.from(name.split('.').map(Number)))
    : der.tagged(2, false, Buffer.from(name, 'ascii'));
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}
