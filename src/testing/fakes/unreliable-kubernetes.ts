import type { KubernetesClients } from '../../targets/kubernetes/clients.ts';
import { actionOf, changes } from '../../targets/kubernetes/request-path.ts';
import { type CallFate, failure, type ObservedCall } from './unreliable-aws.ts';

/** Lets `decide` choose the fate of each call of any clients, fake or real; it may also act before answering. */
export function unreliableKubernetes(
  clients: KubernetesClients,
  decide: (call: ObservedCall) => CallFate | Promise<CallFate>,
): KubernetesClients {
  let n = 0;
  return {
    ...clients,
    call: async (request, signal) => {
      signal.throwIfAborted();
      const action = actionOf(request);
      const fate = await decide({ n: ++n, action, mutating: changes(request) || request.isAct === true });
      if (fate === 'proceed') return clients.call(request, signal);
      // Whatever the answer was, good or bad, it is lost.
      if (fate === 'unanswered-after-acting') await Promise.allSettled([clients.call(request, signal)]);
      throw failure(fate, action);
    },
  };
}
