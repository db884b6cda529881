import type { Json, JsonObject } from '../../model/json.ts';
import type { AwsOperation, AwsOperations } from './operations.ts';

/**
 * The AWS API as plugins see it: one identity, one endpoint, marker and phase in every request, every call recorded,
 * every error a `CallError`. Calls are made once; nothing is retried here.
 */
export interface AwsClients {
  /** The pinned account of the identity, 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Makes a call whose types are known: `call('iam:GetRole', { RoleName }, signal)`. */
  call<Name extends AwsOperation>(
    name: Name,
    input: AwsOperations[Name]['input'],
    signal: AbortSignal,
  ): Promise<AwsOperations[Name]['output']>;
  /**
   * Makes any call by name (`'sqs'`, `'ListQueues'`); the answer as JSON: dates as ISO strings, bytes as base64,
   * secrets and `$metadata` left out. Throws `UsageError` naming the nearest known one for an unknown service or operation.
   */
  send(service: string, operation: string, input: JsonObject, signal: AbortSignal): Promise<Json>;
  /** The same identity and recorder in another region. */
  inRegion(region: string): AwsClients;
}
