import type { KubernetesIdentityConfig, KubernetesTargetConfig } from '../../model/environment.ts';
import { markerWithPhase, type Phase } from '../../model/marker.ts';
import type { Target, TargetSession } from '../../model/target.ts';
import { type KubernetesConnection, openConnection } from './connection.ts';
import { type IdentityRequest, type PinnedIdentity, pinIdentity } from './identity.ts';
import { countPeers } from './peers.ts';
import { proveStaging } from './proof.ts';
import { reviewRights } from './rights.ts';
import { checkServer } from './server.ts';
import type { KubernetesTargetOptions } from './target-options.ts';

type Who = 'tester' | 'revert';

/**
 * A Kubernetes cluster as target. `inject`, `control` and `canary` act as `identity`; `observe` and `revert` as
 * `revertAs` where there is one. Each identity is proven once to be on a listed cluster; a session then costs no call
 * of its own and carries marker and phase in its user agent. Throws `RefusedError` at once for a server that is not
 * https, and for an embedded environment whose server is not loopback.
 */
export function kubernetesTarget(config: KubernetesTargetConfig, given: KubernetesTargetOptions): Target {
  checkServer(config.server, given.embedded);
  const warned = new Set<string>();
  const options = {
    ...given,
    warn: (sentence: string) => {
      if (!warned.has(sentence)) given.warn(sentence);
      warned.add(sentence);
    },
  };
  const pins = new Map<Who, Promise<PinnedIdentity>>();
  const sessions = new Map<string, Promise<TargetSession>>();
  const connections: KubernetesConnection[] = [];

  const request = (who: Who): IdentityRequest => ({ config, options, identity: identityOf(config, who) });

  function pinned(who: Who, signal: AbortSignal): Promise<PinnedIdentity> {
    return once(pins, who, () => pinIdentity(request(who), signal));
  }

  async function open(who: Who, phase: Phase, marker: string | undefined, signal: AbortSignal) {
    const pin = await pinned(who, signal);
    const connection = openConnection({
      server: pin.server,
      clusterUid: pin.identity.account,
      token: pin.token,
      userAgent: { version: options.version, ...(marker === undefined ? {} : { marker }) },
      phase,
      requestTimeoutMs: config.requestTimeout,
      clock: options.clock,
    });
    return { connection, identity: pin.identity };
  }

  return {
    kind: 'kubernetes',
    prove: (signal) => {
      const revert = config.revertAs === undefined ? {} : { revert: request('revert') };
      return proveStaging({ tester: request('tester'), ...revert }, signal);
    },
    session: (phase, marker, signal) => {
      const name = markerWithPhase(marker, phase);
      return once(sessions, name, async () => {
        const { connection, identity } = await open(actsAs(phase), phase, name, signal);
        connections.push(connection);
        return { clients: connection.clients, identity, calls: connection.calls };
      });
    },
    checkRights: async ({ as, actions, resources }, signal) => {
      const { connection } = await open(as, as === 'tester' ? 'inject' : 'revert', undefined, signal);
      try {
        return await reviewRights({ as, actions, resources, clients: connection.clients }, signal);
      } finally {
        connection.close();
      }
    },
    countPeers: async (resources, signal) => {
      const { connection } = await open('revert', 'observe', undefined, signal);
      try {
        return await countPeers(connection.clients, resources, signal);
      } finally {
        connection.close();
      }
    },
    close: async () => {
      await Promise.allSettled(sessions.values());
      sessions.clear();
      for (const connection of connections.splice(0)) connection.close();
    },
  };
}

/** Keeps what is under way or done under a key; what failed is forgotten, so that it can be tried again. */
function once<Key, Value>(kept: Map<Key, Promise<Value>>, key: Key, make: () => Promise<Value>): Promise<Value> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const making = make();
  kept.set(key, making);
  making.catch(() => kept.delete(key));
  return making;
}

function actsAs(phase: Phase): Who {
  return phase === 'observe' || phase === 'revert' ? 'revert' : 'tester';
}

function identityOf(config: KubernetesTargetConfig, who: Who): KubernetesIdentityConfig {
  return who === 'revert' && config.revertAs !== undefined ? config.revertAs : config.identity;
}
