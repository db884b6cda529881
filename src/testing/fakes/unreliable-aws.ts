import { iamAction, isMutating } from '../../model/aws-action.ts';
import { CallError } from '../../model/call.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { AwsClients } from '../../targets/aws/clients.ts';
import type { AwsOperation, AwsOperations } from '../../targets/aws/operations.ts';

export interface ObservedCall {
  /** 1 for the first. */
  readonly n: number;
  readonly action: string;
  readonly mutating: boolean;
}

/** What becomes of a call: it goes through, is refused, or its answer is lost after or before it acted. */
export type CallFate =
  | 'proceed'
  | 'denied'
  | 'throttled'
  | 'failed'
  | 'unanswered-before-acting'
  | 'unanswered-after-acting';

/** Lets `decide` choose the fate of each call of any clients, fake or real; it may also act before answering. */
export function unreliableAws(
  clients: AwsClients,
  decide: (call: ObservedCall) => CallFate | Promise<CallFate>,
  counter: { n: number } = { n: 0 },
): AwsClients {
  async function through<Answer>(
    [service, operation]: readonly [string, string],
    signal: AbortSignal,
    act: () => Promise<Answer>,
  ): Promise<Answer> {
    signal.throwIfAborted();
    const action = iamAction(service, operation);
    const fate = await decide({ n: ++counter.n, action, mutating: isMutating(operation) });
    if (fate === 'proceed') return act();
    // Whatever the answer was, good or bad, it is lost.
    if (fate === 'unanswered-after-acting') await Promise.allSettled([act()]);
    throw failure(fate, action);
  }
  return {
    account: clients.account,
    region: clients.region,
    call: <Name extends AwsOperation>(name: Name, input: AwsOperations[Name]['input'], signal: AbortSignal) => {
      const [service = '', operation = ''] = name.split(':');
      return through([service, operation], signal, () => clients.call(name, input, signal));
    },
    send: (service: string, operation: string, input: JsonObject, signal: AbortSignal): Promise<Json> =>
      through([service, operation], signal, () => clients.send(service, operation, input, signal)),
    inRegion: (region) => unreliableAws(clients.inRegion(region), decide, counter),
  };
}

/** The error in which a call of that fate ends, whatever the platform. */
export function failure(fate: Exclude<CallFate, 'proceed'>, action: string): CallError {
  const message = `${action} met the fate '${fate}'.`;
  if (fate === 'denied') {
    const denial = { action, code: 'AccessDenied', message, httpStatus: 403 };
    return new CallError('denied', 'AccessDenied', message, { denial });
  }
  if (fate === 'throttled') return new CallError('throttled', 'Throttling', message, { retryAfterMs: 1000 });
  if (fate === 'failed') return new CallError('failed', 'InternalFailure', message);
  return new CallError('unanswered', 'TimedOut', message);
}
