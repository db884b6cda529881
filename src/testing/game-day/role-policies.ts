import { DeleteRolePolicyCommand, NoSuchEntityException, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { rootClients } from '../../staging/seed/clients.ts';
import type { StagingState } from '../../staging/state.ts';

type Who = 'tester' | 'revert';

/** The role of an identity of ours, which is also the name of the policy that it was seeded with. */
export function roleName({ roles }: Pick<StagingState, 'roles'>, who: Who): string {
  return roles[who].split('/').at(-1) ?? '';
}

/** Writes an inline policy of a role, as the account's root does. */
export async function putRolePolicy(
  state: StagingState,
  who: Who,
  policy: { readonly name: string; readonly document: object },
): Promise<void> {
  const at = { RoleName: roleName(state, who), PolicyName: policy.name };
  await iamOf(state).send(new PutRolePolicyCommand({ ...at, PolicyDocument: JSON.stringify(policy.document) }));
}

/** Takes an inline policy from a role, where it has it. */
export async function removeRolePolicy(state: StagingState, who: Who, name: string): Promise<void> {
  try {
    await iamOf(state).send(new DeleteRolePolicyCommand({ RoleName: roleName(state, who), PolicyName: name }));
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
}

function iamOf({ aws }: StagingState) {
  return rootClients(aws.emulator, aws.account, aws.region).iam;
}
