import { RefusedError } from '../../model/errors.ts';

/** The hosts of a target. */
export interface PinnedHosts {
  readonly names: readonly string[];
  /** Parses a URL. Throws `RefusedError` for one that leads to any other host. */
  readonly check: (url: string) => URL;
}

/** Pins where requests may go: `host:port` or URLs; an embedded environment is refused any host but loopback. */
export function pinHosts(hosts: readonly string[], embedded: boolean): PinnedHosts {
  const names = hosts.map(hostOf);
  for (const [index, name] of names.entries()) {
    if (name === undefined) {
      throw new RefusedError('bad-host', `An HTTP host must be 'host:port' or a URL of it, got '${hosts[index]}'.`);
    }
    if (embedded && !isLoopback(name.hostname)) {
      throw new RefusedError(
        'not-loopback',
        `An embedded environment talks to loopback only, got HTTP host '${name.hostname}'.`,
      );
    }
  }
  const known = new Set(names.flatMap((name) => (name === undefined ? [] : [name.host])));
  return {
    names: [...known],
    check: (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const host = url === undefined ? undefined : hostOf(url.href);
      if (url !== undefined && host !== undefined && known.has(host.host)) return url;
      const got = host?.host ?? 'no http address';
      throw new RefusedError(
        'foreign-host',
        `A request to '${got}' was refused: this target's requests go to ${[...known].join(' or ')}.`,
      );
    },
  };
}

/** Says whether a URL's host is this machine, by address or as `localhost`. */
export function isLoopback(hostname: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost';
}

/** With the port written out, so that the two spellings of a default port are one host. */
function hostOf(text: string): { readonly hostname: string; readonly host: string } | undefined {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return undefined;
  const { protocol, hostname, port, username } = new URL(full);
  if ((protocol !== 'http:' && protocol !== 'https:') || username !== '') return undefined;
  return { hostname, host: `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}` };
}
