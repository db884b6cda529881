import { CallError } from '../model/call.ts';
import { RefusedError, UnreachableError } from '../model/errors.ts';
import type { TargetKind } from '../model/fault.ts';
import type { PeerSet, ShareName } from '../model/peers.ts';
import type { RunRequest } from '../model/run.ts';
import type { Target } from '../model/target.ts';
import { failureText } from './failure-text.ts';
import { touchedBy } from './touched.ts';

/** How much of what exists a run would touch: 0.2 of the pods of a namespace. */
export interface ShareUse {
  readonly share: ShareName;
  readonly set: string;
  readonly touched: number;
  readonly existing: number;
  /** `touched` ÷ `existing`; 1 where nothing of the kind exists. */
  readonly used: number;
  readonly allowed: number;
}

type Planned = Pick<RunRequest, 'environmentName' | 'environment' | 'scenarios' | 'targets' | 'stop'>;

/**
 * Compares the share of what exists that a run would touch with the environment's `budgets.share`. Only reads. Throws
 * a `RefusedError` with everything that is over, or that a target cannot count.
 */
export async function checkShares(run: Planned): Promise<readonly ShareUse[]> {
  const allowed = run.environment.budgets.share;
  if (Object.keys(allowed).length === 0) return [];
  const weights = touchedBy(run.scenarios);
  const sets = (
    await Promise.all([...weights].map(([kind, touched]) => countOf(run, kind, [...touched.keys()])))
  ).flat();
  const uses = sets.flatMap((one): readonly ShareUse[] => {
    const { share, set, members, existing } = one.set;
    const limit = allowed[share];
    if (limit === undefined) return [];
    const touched = members.reduce((sum, member) => sum + (weights.get(one.kind)?.get(member) ?? 1), 0);
    return [{ share, set, touched, existing, used: existing === 0 ? 1 : touched / existing, allowed: limit }];
  });
  const over = uses.filter((use) => use.used > use.allowed).map(shareText);
  if (over.length === 0) return uses;
  const todo = 'Nothing was touched. Run fewer scenarios, or raise the budget in windshear.yaml';
  throw new RefusedError(
    'over-budget',
    `The run is over the budgets of environment '${run.environmentName}': ${over.join('; ')}. ${todo}.`,
  );
}

function shareText({ set, share, touched, existing, used, allowed }: ShareUse): string {
  return `${touched} of ${existing} ${set}, which is ${percent(used)} of at most ${percent(allowed)} (budgets.share.${share})`;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10}%`;
}

interface Counted {
  readonly kind: TargetKind;
  readonly set: PeerSet;
}

async function countOf(run: Planned, kind: TargetKind, resources: readonly string[]): Promise<readonly Counted[]> {
  const target: Target | undefined = run.targets.get(kind);
  if (target?.countPeers === undefined) return [];
  try {
    return (await target.countPeers(resources, run.stop)).map((set) => ({ kind, set }));
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const what = `Target '${kind}' does not tell how much there is of what the run would touch: ${failureText(error)}`;
    if (error.kind === 'unanswered' || error.kind === 'failed' || error.kind === 'throttled') {
      throw new UnreachableError(`${what}. Nothing was injected. Check whether it runs.`, { cause: error });
    }
    const todo = 'Nothing was touched. Grant the identity that reverts the right to list it, or take budgets.share out';
    throw new RefusedError('uncounted-share', `${what}. ${todo}.`, { cause: error });
  }
}
