import type { Clock } from '../../model/clock.ts';

/** Is the part of IAM that the remediator needs; each call says itself which role it means. */
export interface RoleGuard {
  readonly attachedPolicies: (role: string, signal: AbortSignal) => Promise<readonly string[]>;
  readonly detach: (role: string, policyArn: string, signal: AbortSignal) => Promise<void>;
}

export interface RemediateOptions {
  readonly guard: RoleGuard;
  /** Names of the only roles that it looks at. */
  readonly watched: readonly string[];
  /** ARNs of the only policies that it detaches. */
  readonly forbidden: readonly string[];
  readonly clock: Clock;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

const intervalMs = 300;
const longestPauseMs = 3000;

/**
 * Looks at the watched roles each 300 ms until the signal ends it, and detaches what is forbidden, nothing else.
 * While IAM refuses or does not answer it tries again, at most 3 s later.
 */
export async function remediate({ guard, watched, forbidden, clock, log, signal }: RemediateOptions): Promise<void> {
  let pauseMs = intervalMs;
  while (!signal.aborted) {
    const startedMs = clock.monoMs();
    const results = await Promise.allSettled(watched.map(putBack));
    if (signal.aborted) return;
    const failed = results.find((result) => result.status === 'rejected');
    pauseMs = failed === undefined ? intervalMs : Math.min(pauseMs * 2, longestPauseMs);
    if (failed !== undefined) log(`remediator: again in ${pauseMs} ms: ${String(failed.reason)}`);
    await clock.sleep(Math.max(0, pauseMs - (clock.monoMs() - startedMs)), signal).catch(() => undefined);
  }

  async function putBack(role: string): Promise<void> {
    const attached = await guard.attachedPolicies(role, signal);
    for (const policy of attached.filter((arn) => forbidden.includes(arn))) {
      await guard.detach(role, policy, signal);
      log(`remediator: detached ${policy} from ${role}`);
    }
  }
}
