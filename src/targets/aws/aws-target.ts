import type { CallRecord } from '../../model/call.ts';
import type { AwsIdentityConfig, AwsTargetConfig } from '../../model/environment.ts';
import { markerWithPhase, type Phase } from '../../model/marker.ts';
import type { Target, TargetSession } from '../../model/target.ts';
import { type AwsConnection, openConnection } from './connection.ts';
import { pinEndpoint } from './endpoint.ts';
import { type IdentityRequest, pinIdentity } from './identity.ts';
import { countPeers } from './peers.ts';
import { proveStaging } from './proof.ts';
import { simulateRights } from './rights.ts';
import { loadServices } from './services.ts';
import type { AwsTargetOptions } from './target-options.ts';

export type { AwsTargetOptions };

interface OpenSession extends TargetSession {
  readonly connection: AwsConnection;
}

/**
 * An AWS account as target. `inject`, `control` and `canary` act as `identity`; `observe` and `revert` as `revertAs`
 * where there is one. Sessions are kept per marker and phase, carry both in session name and user agent, and are on a
 * proven account or refused. Throws `RefusedError` at once for an embedded environment whose endpoint is not loopback.
 */
export function awsTarget(config: AwsTargetConfig, given: AwsTargetOptions): Target {
  pinEndpoint(config.endpoint, given.embedded);
  const warned = new Set<string>();
  const options = {
    ...given,
    warn: (sentence: string) => {
      if (!warned.has(sentence)) given.warn(sentence);
      warned.add(sentence);
    },
  };
  const sessions = new Map<string, Promise<OpenSession>>();

  function request(who: 'tester' | 'revert', phase: Phase, marker?: string): IdentityRequest {
    const identity = identityOf(config, who);
    return { config, options, identity, phase, ...(marker === undefined ? {} : { marker }) };
  }

  function kept(name: string, wanted: IdentityRequest, signal: AbortSignal): Promise<OpenSession> {
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const opening = openSession(wanted, signal);
    sessions.set(name, opening);
    opening.catch(() => sessions.delete(name));
    return opening;
  }

  return {
    kind: 'aws',
    prove: async (signal) => {
      const tester = request('tester', 'observe');
      const revert = config.revertAs === undefined ? undefined : request('revert', 'observe');
      return proveStaging({ config, tester, ...(revert === undefined ? {} : { revert }) }, signal);
    },
    session: (phase, marker, signal) => {
      const name = markerWithPhase(marker, phase);
      return kept(name, request(actsAs(phase), phase, name), signal);
    },
    checkRights: async ({ as, actions, resources }, signal) => {
      const asking = await kept('asking', request('revert', 'revert'), signal);
      const own = () => (as === 'tester' ? kept('asked', request('tester', 'inject'), signal) : asking);
      const principal = identityOf(config, as).assumeRole ?? (await own()).identity.arn;
      return simulateRights({ as, actions, resources, principal, clients: asking.connection.clients }, signal);
    },
    countPeers: async (resources, signal) => {
      const session = await openSession(request('revert', 'observe'), signal);
      try {
        return await countPeers(session.connection.clients, resources, signal);
      } finally {
        session.connection.close();
      }
    },
    prepare: (actions) => loadServices(new Set(actions.map((action) => action.slice(0, action.indexOf(':'))))),
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

function identityOf(config: AwsTargetConfig, who: 'tester' | 'revert'): AwsIdentityConfig {
  return who === 'revert' && config.revertAs !== undefined ? config.revertAs : config.identity;
}

/** Obtains credentials, checks whose they are, and opens the way; what it needed for that stands in no trial's record. */
export async function openSession(request: IdentityRequest, signal: AbortSignal): Promise<OpenSession> {
  signal.throwIfAborted();
  const { config, options, phase, marker } = request;
  const pinned = await pinIdentity(request);
  const connection = openConnection({
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    region: config.region,
    account: pinned.identity.account,
    embedded: options.embedded,
    credentials: pinned.credentials,
    userAgent: { version: options.version, ...(marker === undefined ? {} : { marker }) },
    phase,
    requestTimeoutMs: config.requestTimeout,
    clock: options.clock,
  });
  const calls = (): readonly CallRecord[] => connection.calls();
  return { clients: connection.clients, identity: pinned.identity, calls, connection };
}
