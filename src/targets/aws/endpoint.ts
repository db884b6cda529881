import { RefusedError } from '../../model/errors.ts';

/** The one place that all services of a target talk to; without an endpoint it is AWS itself. */
export interface PinnedEndpoint {
  readonly url?: string;
  /** Throws `RefusedError` for a request that would go anywhere else. */
  readonly check: (request: { readonly hostname: string; readonly port?: number | undefined }) => void;
}

/**
 * Pins where requests go. An embedded environment is refused any host but loopback, and needs an endpoint: without one
 * its calls would reach AWS.
 */
export function pinEndpoint(endpoint: string | undefined, embedded: boolean): PinnedEndpoint {
  if (endpoint === undefined) {
    if (embedded) {
      throw new RefusedError('not-loopback', 'An embedded environment needs an AWS endpoint on loopback, got none.');
    }
    return { check: ({ hostname }) => refuseUnless(ownHosts.test(hostname), hostname, 'a host of AWS') };
  }
  const url = new URL(endpoint);
  if (embedded && !isLoopback(url.hostname)) {
    throw new RefusedError(
      'not-loopback',
      `An embedded environment talks to loopback only, got AWS endpoint host '${url.hostname}'.`,
    );
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return {
    url: endpoint,
    check: (request) => {
      const asked = request.port ?? (url.protocol === 'https:' ? 443 : 80);
      const same = bare(request.hostname) === bare(url.hostname) && asked === port;
      refuseUnless(same, `${request.hostname}:${asked}`, `${url.hostname}:${port}`);
    },
  };
}

/** https://docs.aws.amazon.com/general/latest/gr/rande.html: the domains of AWS's own endpoints. */
const ownHosts = /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|amazonaws\.eu)$/;

/** Says whether a URL's host is this machine, by address or as `localhost`. */
export function isLoopback(hostname: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(hostname) || bare(hostname) === '::1' || hostname === 'localhost';
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function refuseUnless(holds: boolean, got: string, expected: string): void {
  if (holds) return;
  throw new RefusedError('foreign-host', `A request to '${got}' was refused: this target's calls go to ${expected}.`);
}
