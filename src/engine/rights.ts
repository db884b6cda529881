import { CallError } from '../model/call.ts';
import { RefusedError, UnreachableError } from '../model/errors.ts';
import type { BoundFault, BoundScenario, RunRequest } from '../model/run.ts';
import type { RightCheck, Target } from '../model/target.ts';
import { permissionsOf } from './budgets.ts';
import { failureText } from './failure-text.ts';

/** What a platform answered to one right that an injection or its revert needs. */
export interface AskedRight extends RightCheck {
  readonly scenario: string;
  readonly fault: string;
  readonly resources: readonly string[];
  /** True where the scenario's control does, or takes back, the same kind of change first, and so proves the right. */
  readonly provenByControl: boolean;
}

type Asked = Pick<RunRequest, 'environmentName' | 'environment' | 'scenarios' | 'targets' | 'stop'>;

/**
 * Asks each target, before anything goes in, whether the tester may inject every fault and control, and whether the
 * identity that reverts may read them and take them back. Throws a `RefusedError` where a right is denied, or where a
 * live environment's platform cannot say of a revert, no control proves it, and `allowUnprovenRevert` does not name it.
 * A deny that may be the guardrail under test is no lack of the tester's own right. Only reads.
 */
export async function checkRights(run: Asked): Promise<readonly AskedRight[]> {
  const uses = run.scenarios.flatMap((bound) =>
    distinct([...bound.faults, ...bound.control]).flatMap((fault) =>
      (['revert', 'tester'] as const).map((as) => ({ as, bound, fault })),
    ),
  );
  const rights = (await Promise.all(uses.map((use) => ask(run, use)))).flat();
  const refused = rights.filter((right) => isRefused(right, run.environment));
  if (refused.length === 0) return rights;
  const toRevert = refused.filter(({ as }) => as === 'revert');
  const toInject = refused.filter(({ as }) => as === 'tester');
  const where = `into environment '${run.environmentName}'`;
  const grants = [
    ...(toRevert.length === 0 ? [] : ['to the identity that reverts']),
    ...(toInject.length === 0 ? [] : ['to the tester']),
  ].join(', and ');
  const todo = `Grant it ${grants}${refused.some(({ answer }) => answer === 'unproven') ? ', or name the action under allowUnprovenRevert' : ''}`;
  throw new RefusedError(
    toRevert.length > 0 ? 'revert-denied' : 'inject-denied',
    [
      ...(toRevert.length === 0
        ? []
        : [`What would be injected ${where} could not be taken back: ${listed(toRevert)}.`]),
      ...(toInject.length === 0 ? [] : [`The tester may not inject ${where} what it should: ${listed(toInject)}.`]),
      `Nothing was touched. ${todo}.`,
    ].join(' '),
  );
}

function listed(refused: readonly AskedRight[]): string {
  const texts = refused.map(
    ({ fault, action, answer, resources, why }) =>
      `${action} on ${resources.join(', ')} for '${fault}' is ${answer} (${why})`,
  );
  return [...new Set(texts)].join('; ');
}

function isRefused(right: AskedRight, environment: Asked['environment']): boolean {
  if (right.answer === 'denied') return true;
  if (right.answer === 'allowed' || right.as === 'tester') return false;
  if (environment.staging === 'embedded' || right.provenByControl) return false;
  return !environment.allowUnprovenRevert.includes(right.action);
}

interface Use {
  readonly as: RightCheck['as'];
  readonly bound: BoundScenario;
  readonly fault: BoundFault;
}

async function ask(run: Asked, { as, bound, fault }: Use): Promise<readonly AskedRight[]> {
  const { definition } = fault;
  const target = run.targets.get(definition.target);
  if (target === undefined || (as === 'revert' && definition.kind === 'act')) return [];
  const proving = (one: BoundFault) => permissionsOf(one)[as === 'revert' ? 'revert' : 'inject'];
  const actions = [...new Set([...(as === 'revert' ? permissionsOf(fault).observe : []), ...proving(fault)])];
  const resources = [...definition.touches(fault.params as never), ...(definition.makes ?? [])];
  const byControl = new Set(
    bound.control
      .filter((control) => control.definition.type === definition.type && bound.faults.includes(fault))
      .flatMap(proving),
  );
  const checks = actions.length === 0 ? [] : await checkOne(target, { as, actions, resources }, run.stop);
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
  request: Parameters<Target['checkRights']>[0],
  signal: AbortSignal,
): Promise<readonly RightCheck[]> {
  try {
    return await target.checkRights(request, signal);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (error.kind === 'unanswered' || error.kind === 'failed' || error.kind === 'throttled') {
      const what = `Target '${target.kind}' does not answer whether a ${request.as === 'revert' ? 'revert' : 'change'} would be allowed (${failureText(error)})`;
      throw new UnreachableError(`${what}. Nothing was injected. Check whether it runs.`, { cause: error });
    }
    // The question itself is refused: nothing is known, which is not the same as a denied right.
    const why = `the platform does not let us ask: ${failureText(error)}`;
    return request.actions.map((action) => ({ action, as: request.as, answer: 'unproven', why }));
  }
}

function distinct(faults: readonly BoundFault[]): readonly BoundFault[] {
  const byUse = new Map<string, BoundFault>();
  for (const fault of faults) {
    const { type, touches } = fault.definition;
    const key = JSON.stringify([type, touches(fault.params as never), permissionsOf(fault)]);
    if (!byUse.has(key)) byUse.set(key, fault);
  }
  return [...byUse.values()];
}
