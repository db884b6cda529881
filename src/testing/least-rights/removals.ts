import type { Plan } from '../../session/plan.ts';

/** The policies and roles that `plan` prints. */
export type Rights = Pick<Plan, 'policies' | 'roles'>;

type Who = keyof Rights['policies'];
type Policy = Rights['policies'][Who];
type Role = Rights['roles'][Who][number];

/** One right taken away from one identity. */
export interface Removal {
  readonly who: Who;
  /** `iam:GetRole on arn:aws:iam::…`, `get namespaces/kube-system`. */
  readonly right: string;
  /** How a refusal may name it. */
  readonly names: readonly string[];
  /** True where the right to ask for rights is taken away too, so that preflight cannot know. */
  readonly isUnasked: boolean;
  readonly rest: Rights;
}

const asking = 'iam:SimulatePrincipalPolicy';

/**
 * Takes each right away alone: every action of a statement, every verb and name of a rule. Those of the tester in AWS
 * are also taken away from a run that cannot ask for rights.
 */
export function removalsFrom(rights: Rights): readonly Removal[] {
  return (['tester', 'revert'] as const).flatMap((who) => [
    ...fromPolicy(rights.policies[who]).flatMap(({ rest: policy, ...taken }): readonly Removal[] => {
      const rest = { ...rights, policies: { ...rights.policies, [who]: policy } };
      const alone = { ...taken, who, isUnasked: false, rest };
      return who === 'revert' ? [alone] : [alone, { ...alone, isUnasked: true, rest: withoutAsking(rest) }];
    }),
    ...fromRoles(rights.roles[who]).map(({ rest: roles, ...taken }) => {
      const rest = { ...rights, roles: { ...rights.roles, [who]: roles } };
      return { ...taken, who, isUnasked: false, rest };
    }),
  ]);
}

interface Taken<Rest> {
  readonly right: string;
  readonly names: readonly string[];
  readonly rest: Rest;
}

function fromPolicy(policy: Policy): readonly Taken<Policy>[] {
  return policy.Statement.flatMap((statement) =>
    statement.Action.map((action) => ({
      right: `${action} on ${statement.Resource.join(', ')}`,
      names: [action],
      rest: without(policy, (one, name) => one === statement && name === action),
    })),
  );
}

function withoutAsking(rights: Rights): Rights {
  const revert = without(rights.policies.revert, (_, action) => action === asking);
  return { ...rights, policies: { ...rights.policies, revert } };
}

function without(policy: Policy, isTaken: (statement: Policy['Statement'][number], action: string) => boolean): Policy {
  const left = policy.Statement.map((one) => ({ ...one, Action: one.Action.filter((name) => !isTaken(one, name)) }));
  return { ...policy, Statement: left.filter(({ Action }) => Action.length > 0) };
}

function fromRoles(roles: readonly Role[]): readonly Taken<readonly Role[]>[] {
  return roles.flatMap((role) =>
    role.rules.flatMap((rule) =>
      rule.verbs.flatMap((verb) =>
        (rule.resourceNames ?? [undefined]).map((name) => {
          const left = [
            { ...rule, verbs: rule.verbs.filter((one) => one !== verb) },
            ...(name === undefined
              ? []
              : [{ ...rule, verbs: [verb], resourceNames: rule.resourceNames?.filter((one) => one !== name) ?? [] }]),
          ].filter(({ verbs, resourceNames }) => verbs.length > 0 && resourceNames?.length !== 0);
          const kind = [rule.resources.join(), ...rule.apiGroups.filter((group) => group !== '')].join('.');
          return {
            right: `${verb} ${kind}${name === undefined ? '' : `/${name}`}`,
            names: [`${verb} ${kind}`, `${verb} resource "${rule.resources.join()}"`],
            rest: roles.map((one) =>
              one === role ? { ...one, rules: one.rules.flatMap((each) => (each === rule ? left : [each])) } : one,
            ),
          };
        }),
      ),
    ),
  );
}
