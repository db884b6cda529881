import { CallError } from '../model/call.ts';
import { RefusedError, UnreachableError } from '../model/errors.ts';
import type { RunRequest } from '../model/run.ts';
import type { ProofResult, Target } from '../model/target.ts';
import { failureText } from './failure-text.ts';

/** Everything that a target in use was asked to prove, and what it answered. */
export interface TargetProof {
  readonly target: Target['kind'];
  readonly proofs: readonly ProofResult[];
}

/**
 * Proves that every target in use is staging: each listed proof holds, an identity and a beacon among them. Throws a
 * `RefusedError` with all that does not hold, or an `UnreachableError` where a target does not answer. Only reads.
 */
export async function proveStaging(
  run: Pick<RunRequest, 'environmentName' | 'scenarios' | 'targets' | 'stop'>,
): Promise<readonly TargetProof[]> {
  const all = await askAll(targetsInUse(run), run.stop);
  refuse(all.flatMap(({ target, proofs }) => [...failing(target, proofs), ...missing(target, proofs)]));
  return all;
}

function targetsInUse(run: Pick<RunRequest, 'environmentName' | 'scenarios' | 'targets'>): readonly Target[] {
  const plugins = run.scenarios.flatMap((one) => [
    ...one.faults,
    ...one.control,
    ...one.steadyState,
    ...one.impact,
    ...(one.stopConditions ?? []).flatMap((condition) => (condition.kind === 'probe' ? [condition] : [])),
    ...(one.load === undefined ? [] : [one.load]),
  ]);
  const kinds = new Set(plugins.map((plugin) => plugin.definition.target).filter((kind) => kind !== 'none'));
  return [...kinds].map((kind) => {
    const target = run.targets.get(kind);
    if (target !== undefined) return target;
    const todo = 'Add it to windshear.yaml, with its proof';
    throw new RefusedError('no-target', `Environment '${run.environmentName}' has no target '${kind}'. ${todo}.`);
  });
}

/**
 * Proves that every target is the one that it was: identities and hosts hold. A revert needs no beacon, because a
 * fault or a person may have taken it away meanwhile. Throws as `proveStaging` does.
 */
export async function proveIdentity(targets: Iterable<Target>, signal: AbortSignal): Promise<readonly TargetProof[]> {
  const all = await askAll(targets, signal);
  const listed = ({ proofs }: TargetProof) => proofs.filter((proof) => proof.kind !== 'beacon');
  refuse(all.flatMap((one) => [...failing(one.target, listed(one)), ...missing(one.target, one.proofs, ['identity'])]));
  return all;
}

async function askAll(targets: Iterable<Target>, signal: AbortSignal): Promise<readonly TargetProof[]> {
  return Promise.all(
    Array.from(targets, async (target) => ({ target: target.kind, proofs: await ask(target, signal) })),
  );
}

async function ask(target: Target, signal: AbortSignal): Promise<readonly ProofResult[]> {
  try {
    return await target.prove(signal);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const what = `Target '${target.kind}' cannot be proven to be staging`;
    if (error.kind === 'unanswered' || error.kind === 'failed' || error.kind === 'throttled') {
      const todo = 'Nothing was injected. Check its endpoint in windshear.yaml and whether it runs';
      throw new UnreachableError(`${what}: it does not answer (${failureText(error)}). ${todo}.`, { cause: error });
    }
    const todo = 'Nothing was injected. The tester needs the right to read its identity and the beacon';
    throw new RefusedError('proof-denied', `${what}: ${failureText(error)}. ${todo}.`, { cause: error });
  }
}

function failing(target: string, proofs: readonly ProofResult[]): string[] {
  return proofs
    .filter((proof) => !proof.holds)
    .map(({ kind, what, expected, got }) => `target '${target}': ${kind} '${what}' must be ${expected}, got ${got}`);
}

const needed = ['identity', 'beacon'] as const;

function missing(
  target: string,
  proofs: readonly ProofResult[],
  kinds: readonly ProofResult['kind'][] = needed,
): string[] {
  const absent = kinds.filter((kind) => !proofs.some((proof) => proof.kind === kind));
  return absent.map((kind) => `target '${target}': its proof in windshear.yaml lists no ${kind}`);
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const todo = 'Nothing was touched. Correct the target or its proof in windshear.yaml';
  throw new RefusedError('not-proven', `This is not proven to be staging: ${problems.join('; ')}. ${todo}.`);
}
