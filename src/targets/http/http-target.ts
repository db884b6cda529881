import type { CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import type { HttpIdentityConfig, HttpTargetConfig } from '../../model/environment-targets.ts';
import { type Marker, markerWithPhase, type Phase } from '../../model/marker.ts';
import type { Target, TargetSession } from '../../model/target.ts';
import { type HttpConnection, openConnection } from './connection.ts';
import { pinHosts } from './hosts.ts';
import { proveStaging } from './proof.ts';
import { identityHeader } from './token.ts';

export interface HttpTargetOptions {
  /** Embedded environments refuse any host but loopback. */
  readonly embedded: boolean;
  readonly clock: Clock;
  /** Environment variables; only those that windshear.yaml names are read, and `WINDSHEAR_BROWSER`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly warn: (sentence: string) => void;
}

interface OpenSession extends TargetSession {
  readonly connection: HttpConnection;
}

/**
 * Services behind HTTP as target. Its hosts are pinned: a request anywhere else, a redirect included, is refused or not
 * followed. `inject`, `control` and `canary` act as `identity`, `observe` and `revert` as `revertAs` where there is one.
 * Throws `RefusedError` at once for an embedded environment with a host that is not loopback.
 */
export function httpTarget(config: HttpTargetConfig, options: HttpTargetOptions): Target {
  const hosts = pinHosts(config.hosts, options.embedded);
  hosts.check(config.proof.beacon.url);
  const sessions = new Map<string, Promise<OpenSession>>();

  async function open(phase: Phase, name?: string): Promise<OpenSession> {
    const identity = identityOf(config, phase);
    const browserPath = options.variables['WINDSHEAR_BROWSER'];
    const connection = openConnection({
      hosts,
      userAgent: `windshear/${options.version}${name === undefined ? '' : ` ${name}`}`,
      identity: await identityHeader(identity, options),
      phase,
      requestTimeoutMs: config.requestTimeout,
      clock: options.clock,
      ...(browserPath === undefined ? {} : { browserPath }),
    });
    return {
      clients: connection.clients,
      identity: { arn: nameOf(config, phase) },
      calls: (): readonly CallRecord[] => connection.calls(),
      connection,
    };
  }

  return {
    kind: 'http',
    prove: async (signal) => {
      const { connection } = await open('observe');
      try {
        const { clients } = connection;
        return await proveStaging({ config, hosts, embedded: options.embedded, clients }, signal);
      } finally {
        connection.close();
      }
    },
    session: (phase: Phase, marker: Marker, signal: AbortSignal) => {
      const name = markerWithPhase(marker, phase);
      const known = sessions.get(name);
      if (known !== undefined) return known;
      signal.throwIfAborted();
      const opening = open(phase, name);
      sessions.set(name, opening);
      opening.catch(() => sessions.delete(name));
      return opening;
    },
    checkRights: async ({ as, actions }) =>
      actions.map((action) => ({ action, as, answer: 'unproven', why: 'HTTP cannot say what it would allow' })),
    close: async () => {
      const opened = await Promise.allSettled(sessions.values());
      sessions.clear();
      for (const session of opened) if (session.status === 'fulfilled') session.value.connection.close();
    },
  };
}

function actsAs(phase: Phase): 'tester' | 'revert' {
  return phase === 'observe' || phase === 'revert' ? 'revert' : 'tester';
}

function identityOf(config: HttpTargetConfig, phase: Phase): HttpIdentityConfig | undefined {
  return actsAs(phase) === 'revert' ? (config.revertAs ?? config.identity) : config.identity;
}

/** A token has no name that services would write down: the user agent is all that they see of us. */
function nameOf(config: HttpTargetConfig, phase: Phase): string {
  const own = actsAs(phase) === 'revert' && config.revertAs !== undefined ? 'revert' : 'tester';
  return `windshear-${own}`;
}
