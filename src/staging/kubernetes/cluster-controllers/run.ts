import type { ServiceAccountTokens } from '../access/service-account-tokens.ts';
import { events } from '../objects/built-in.ts';
import { keyOf } from '../objects/resources.ts';
import { runAccountTokens } from './account-tokens.ts';
import { runDefinitions } from './definitions.ts';
import { runDeployments } from './deployments.ts';
import { runGarbageCollector } from './garbage-collector.ts';
import { runNamespaces } from './namespaces.ts';
import { type NodeTimes, runNode } from './node.ts';
import type { ControllerParts } from './parts.ts';
import type { WorkQueue } from './queue.ts';
import { runReplicaSets } from './replica-sets.ts';

export interface RunOptions extends ControllerParts {
  readonly tokens: ServiceAccountTokens;
  readonly caCertificate: string;
  readonly node: NodeTimes;
}

/** Events live as long as on a real server by default. */
const eventLifeMs = 3_600_000;

/** Starts everything that a cluster does by itself, as far as it is done here. */
export function runControllers(options: RunOptions): readonly WorkQueue[] {
  const { store, clock, signal } = options;
  const sweep = setInterval(() => {
    for (const event of store.list(keyOf(events))) {
      const born = Date.parse(event.metadata.creationTimestamp ?? '');
      if (clock.epochMs() - born > eventLifeMs) store.remove(keyOf(events), event);
    }
  }, 60_000);
  sweep.unref();
  signal.addEventListener('abort', () => clearInterval(sweep));
  return [
    runNode(options, options.node),
    runReplicaSets(options),
    runDeployments(options),
    runGarbageCollector(options),
    runNamespaces(options),
    runAccountTokens(options),
    runDefinitions(options),
  ];
}
