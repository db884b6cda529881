import type { K6Summary } from './k6-summary.ts';

/** How a run of k6 ended. */
export interface K6End {
  /** `sound` figures can be judged; `stopped` ones too, as far as they go; `failed` ones cannot. */
  readonly kind: 'sound' | 'stopped' | 'failed';
  readonly reason: string;
}

/** https://github.com/grafana/k6/blob/v1.8.1/errext/exitcodes/codes.go */
const reasons: Readonly<Record<number, string>> = {
  97: 'the run in the cloud failed',
  98: 'the progress of the run in the cloud could not be read',
  100: "the script's setup() timed out",
  101: "the script's teardown() timed out",
  102: 'k6 timed out',
  103: 'somebody stopped it by its REST API',
  104: 'its configuration is invalid',
  106: 'its REST API could not be started',
  107: 'the script threw an exception',
  108: 'the script called test.abort()',
  109: 'k6 crashed',
  110: 'the script marked the run as failed',
};

/** Tells k6's exit codes apart; 105 is what we ask for ourselves when a trial is over. */
export function readExit(
  { exitCode, signal }: { readonly exitCode?: number; readonly signal?: string },
  isAskedFor: boolean,
): K6End {
  if (exitCode === 0) return { kind: 'sound', reason: 'k6 ran to its end' };
  if (exitCode === 99) return { kind: 'sound', reason: 'k6 ran to its end, and thresholds were crossed' };
  if (exitCode === 105) {
    return isAskedFor
      ? { kind: 'stopped', reason: 'k6 was stopped with the trial' }
      : { kind: 'failed', reason: 'k6 was interrupted from elsewhere (exit code 105)' };
  }
  if (exitCode === undefined) return { kind: 'failed', reason: `k6 was ended by ${signal ?? 'a signal'}` };
  return {
    kind: 'failed',
    reason: `k6 failed: ${reasons[exitCode] ?? 'for a reason unknown here'} (exit code ${exitCode})`,
  };
}

/** So much of what was due may be dropped: k6 drops one now and then while its users start. */
const mostDropped = 0.01;

/** What a run that went well did not send of what was declared; undefined where it sent all of it. */
export function undelivered(
  { requests = 0, iterations = requests, dropped = 0, sentBytes = 0 }: K6Summary,
  { isOurScript }: { readonly isOurScript: boolean },
): K6End | undefined {
  if (isOurScript && requests === 0) return { kind: 'failed', reason: 'k6 sent no request' };
  // A script of the user's may speak another protocol, and be cut off in its first iteration. What k6 never counted is not in its summary.
  if (requests + iterations + sentBytes === 0)
    return { kind: 'failed', reason: 'k6 ran no iteration and sent nothing' };
  const due = iterations + dropped;
  if (dropped <= due * mostDropped) return undefined;
  const reason = `k6 fell behind its rate: it dropped ${dropped} of ${due} iterations (give it more maxVUs, or a lower rate)`;
  return { kind: 'failed', reason };
}
