import type { BoundFault } from '../model/run.ts';

/** An IAM policy document (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/**
 * Writes the least policy that an identity needs for a set of faults: the actions that each declares, on what it
 * touches. A fault that touches something without an ARN gets `*`, since IAM knows no narrower name.
 */
export function policyFor(
  faults: readonly BoundFault[],
  actionsOf: (fault: BoundFault) => readonly string[],
): PolicyDocument {
  const byResources = new Map<string, { readonly actions: Set<string>; readonly resources: readonly string[] }>();
  for (const fault of faults) {
    if (fault.definition.target !== 'aws') continue;
    const touched = fault.definition.touches(fault.params as never);
    const arns = touched.every((name) => name.startsWith('arn:')) ? touched.toSorted() : ['*'];
    const key = arns.join('\n');
    const known = byResources.get(key) ?? { actions: new Set<string>(), resources: arns };
    for (const action of actionsOf(fault)) known.actions.add(action);
    byResources.set(key, known);
  }
  const statements = [...byResources.values()].filter(({ actions }) => actions.size > 0);
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ actions, resources }, index) => ({
      Sid: `Windshear${index + 1}`,
      Effect: 'Allow',
      Action: [...actions].toSorted(),
      Resource: resources,
    })),
  };
}
