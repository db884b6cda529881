import { CallError } from '../model/call.ts';
import { RefusedError, UnreachableError } from '../model/errors.ts';
import type { BoundFault, BoundScenario, RunRequest } from '../model/run.ts';
import type { RightCheck, Target } from '../model/target.ts';
import { permissionsOf } from './budgets.ts';
import { failureText } from './failure-text.ts';

/** What a platform answered to one right that a revert needs. */
export interface RevertRight extends RightCheck {
  readonly scenario: string;
  readonly fault: string;
  readonly resources: readonly string[];
  /** True where the scenario's control takes back the same kind of change first, and so proves the right. */
  readonly provenByControl: boolean;
}

type Asked = Pick<RunRequest, 'environmentName' | 'environment' | 'scenarios' | 'targets' | 'stop'>;

/**
 * Asks each target whether the revert identity may read and take back every fault and control, before anything goes
 * in. Throws a `RefusedError` where a right is denied, or where a live environment's platform cannot say, no control
 * proves it, and `allowUnprovenRevert` does not name it. Only reads.
 */
export async function checkRevertRights(run: Asked): Promise<readonly RevertRight[]> {
  const uses = run.scenarios.flatMap((bound) =>
    distinct([...bound.faults, ...bound.control]).map((fault) => ({ bound, fault })),
  );
  const rights = (await Promise.all(uses.map(({ bound, fault }) => ask(run, bound, fault)))).flat();
  const refused = rights.filter((right) => isRefused(right, run.environment));
  if (refused.length === 0) return rights;
  const listed = [
    ...new Set(
      refused.map(
        ({ fault, action, answer, resources, why }) =>
          `${action} on ${resources.join(', ')} for '${fault}' is ${answer} (${why})`,
      ),
    ),
  ];
  const todo = `Nothing was touched. Grant it to the identity that reverts${refused.some((right) => right.answer === 'unproven') ? ', or name the action under allowUnprovenRevert' : ''}`;
  throw new RefusedError(
    'revert-denied',
    `What would be injected into environment '${run.environmentName}' could not be taken back: ${listed.join('; ')}. ${todo}.`,
  );
}

function isRefused(right: RevertRight, environment: Asked['environment']): boolean {
  if (right.answer === 'denied') return true;
  if (right.answer === 'allowed' || environment.staging === 'embedded' || right.provenByControl) return false;
  return !environment.allowUnprovenRevert.includes(right.action);
}

async function ask(run: Asked, bound: BoundScenario, fault: BoundFault): Promise<readonly RevertRight[]> {
  const { definition } = fault;
  const target = run.targets.get(definition.target);
  if (definition.kind === 'act' || target === undefined) return [];
  const { observe, revert } = permissionsOf(fault);
  const actions = [...new Set([...observe, ...revert])];
  const resources = [...definition.touches(fault.params as never), ...(definition.makes ?? [])];
  const byControl = new Set(
    bound.control
      .filter((control) => control.definition.type === definition.type && bound.faults.includes(fault))
      .flatMap((control) => permissionsOf(control).revert),
  );
  const checks = actions.length === 0 ? [] : await checkOne(target, { actions, resources }, run.stop);
  return checks.map((check) => ({
    ...check,
    scenario: bound.scenario.id,
    fault: definition.type,
    resources,
    provenByControl: byControl.has(check.action),
  }));
}

async function checkOne(
  target: Target,
  request: { readonly actions: readonly string[]; readonly resources: readonly string[] },
  signal: AbortSignal,
): Promise<readonly RightCheck[]> {
  try {
    return await target.checkRights({ as: 'revert', ...request }, signal);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.kind === 'unanswered' || error.kind === 'failed' || error.kind === 'throttled') {
      const what = `Target '${target.kind}' does not answer whether a revert would be allowed (${failureText(error)})`;
      throw new UnreachableError(`${what}. Nothing was injected. Check whether it runs.`, { cause: error });
    }
    // The question itself is refused: nothing is known, which is not the same as a denied right.
    const why = `the platform does not let us ask: ${failureText(error)}`;
    return request.actions.map((action) => ({ action, as: 'revert', answer: 'unproven', why }));
  }
}

function distinct(faults: readonly BoundFault[]): readonly BoundFault[] {
  const byUse = new Map<string, BoundFault>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.definition.type, fault.definition.touches(fault.params as never)]);
    if (!byUse.has(key)) byUse.set(key, fault);
  }
  return [...byUse.values()];
}
