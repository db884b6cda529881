import { readFile } from 'node:fs/promises';
import { RefusedError, UsageError } from '../../model/errors.ts';
import { isLoopback } from '../aws/endpoint.ts';

/** The one API server that a target talks to, and the authority that its certificate must be signed by. */
export interface PinnedServer {
  readonly host: string;
  readonly port: number;
  /** '' or a path such as `/k8s/clusters/c-1`, without a slash at its end. */
  readonly basePath: string;
  readonly ca: string;
}

/** Checks the address of a server: https only, and loopback only for an embedded environment. Throws `RefusedError`. */
export function checkServer(server: string, embedded: boolean): URL {
  const url = new URL(server);
  if (url.protocol !== 'https:') {
    throw new RefusedError('not-tls', `A Kubernetes server must be https://, got '${url.protocol}//${url.host}'.`);
  }
  if (embedded && !isLoopback(url.hostname)) {
    throw new RefusedError(
      'not-loopback',
      `An embedded environment talks to loopback only, got Kubernetes server host '${url.hostname}'.`,
    );
  }
  return url;
}

/** Reads the authority's file and pins the server; no kubeconfig and no system authority is consulted. */
export async function pinServer(url: URL, caFile: string): Promise<PinnedServer> {
  const ca = await readAuthority(caFile);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 443 : Number(url.port),
    basePath: url.pathname.replace(/\/+$/, ''),
    ca,
  };
}

async function readAuthority(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`The authority file '${path}' of the Kubernetes target cannot be read: ${code}.`, {
      cause: error,
    });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UsageError(`The authority file '${path}' of the Kubernetes target must hold a certificate as PEM.`);
  }
  return text;
}
