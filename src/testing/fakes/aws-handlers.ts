import { CallError } from '../../model/call.ts';
import type { AwsOperation, AwsOperations } from '../../targets/aws/operations.ts';

/** Answers one operation; the typed handlers are gathered under their names. */
export type Handlers = {
  readonly [Name in AwsOperation]?: (input: AwsOperations[Name]['input']) => AwsOperations[Name]['output'];
};

/** Refuses as the service does when something named is not there. */
export function absent(code: string, what: string): CallError {
  return new CallError('not-found', code, `${what} is not there.`);
}
