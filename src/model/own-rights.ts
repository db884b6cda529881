import { readAwsRefusal } from './aws-refusal.ts';
import type { Denial } from './call.ts';
import { readRefusal } from './kubernetes-refusal.ts';

/** Says whether a refusal tells no more than that the tester itself lacks the right (J15). */
export function lacksOwnRight(denial: Pick<Denial, 'message'> | undefined): boolean {
  if (denial === undefined) return false;
  return readAwsRefusal(denial.message)?.ownRights === true || readRefusal(denial.message).by === 'rbac';
}
