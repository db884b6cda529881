import { readAwsRefusal } from './aws-refusal.ts';
import type { Denial } from './call.ts';
import { readRefusal } from './kubernetes-refusal.ts';

/** Says whether a refusal tells no more than that the tester itself lacks the right (J15). */
export function lacksOwnRight({ message }: Pick<Denial, 'message'>): boolean {
  return readAwsRefusal(message)?.ownRights === true || readRefusal(message).by === 'rbac';
}
