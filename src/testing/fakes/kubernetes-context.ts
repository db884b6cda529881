import type { FaultContext } from '../../model/fault.ts';
import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What a Kubernetes fault gets to work with, in virtual time. */
export function faultContext(clients: KubernetesClients): FaultContext<KubernetesClients> {
  return Object.freeze({
    clock: new VirtualClock({ autoAdvance: true }),
    signal: new AbortController().signal,
    clients,
    marker: 'wsabcdefghij23',
    phase: 'inject',
    log: () => undefined,
  });
}
