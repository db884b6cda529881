import { formatDuration } from '../model/duration.ts';
import { withoutFullStop } from '../model/full-stop.ts';
import { failureText } from './failure-text.ts';
import type { FaultRollback, RevertRequest, RevertRounds } from './revert-request.ts';

/** Judges one fault's rollback by what its revert answered and what was read back afterwards. */
export function judgeRollback(request: RevertRequest, rounds: RevertRounds | undefined): FaultRollback {
  const verdict = rounds === undefined ? anAct : judge(request, rounds);
  const unguardedMs = rounds?.report?.unguardedMs;
  const candidates = rounds === undefined ? [] : candidatesOf(rounds);
  return {
    fault: request.definition.type,
    ...verdict,
    ...(unguardedMs !== undefined && { unguardedMs }),
    ...(candidates.length > 0 && { candidates }),
  };
}

/** Of what was gone before the revert, where a recovery of another machine may have taken it out. */
export function creditingNobody(result: FaultRollback): FaultRollback {
  const reason = `${result.reason} No guardrail is credited: another machine's recovery may have been faster.`;
  return { ...result, verdict: 'clean', reason };
}

type Judged = Pick<FaultRollback, 'verdict' | 'reasonCode' | 'reason'>;

const anAct: Judged = {
  verdict: 'none',
  reasonCode: 'nothing-to-revert',
  reason: 'An act is done once; there is nothing to take back.',
};

function judge(request: RevertRequest, rounds: RevertRounds): Judged {
  const { observation } = rounds.look;
  if (rounds.abandoned && observation?.status !== 'before') return abandoned(request);
  if (observation === undefined) return unread(request, rounds);
  const candidates = candidatesOf(rounds);
  if (observation.status === 'other') return altered(request, rounds);
  if (observation.status !== 'before') return stillIn(request, rounds);
  if (candidates.length > 0) return unproven(request, rounds, candidates);
  if (wasNeverSeen(request, rounds)) return neverSeen(request);
  return gone(request, rounds);
}

function gone(request: RevertRequest, rounds: RevertRounds): Judged {
  const others = rounds.look.observation?.othersChanged === true;
  const asBefore = others
    ? 'The rest was changed by someone else meanwhile, and is left as it is.'
    : 'The state read back is as before.';
  if (!rounds.sent) {
    return {
      verdict: 'none',
      reasonCode: 'nothing-to-revert',
      reason: `The change was refused. ${asBefore}`,
    };
  }
  if (isByGuardrail(request, rounds)) {
    // Nobody took back what was never in: a dry run, or a change that something neutralised at once.
    if (request.neverProven === true) {
      const reason = `The change was acknowledged, but never seen to be in. ${asBefore}`;
      return { verdict: 'none', reasonCode: 'nothing-to-revert', reason };
    }
    const reason = `Our delta was gone before the revert. ${asBefore}`;
    return { verdict: 'by-guardrail', reasonCode: 'gone-already', reason };
  }
  const note = request.injection === 'unknown' && isUnseen(request, rounds) ? beyond : '';
  const reason = others ? `Our delta is taken back. ${asBefore}` : `The state read back equals the pre-image${note}.`;
  return { verdict: 'clean', reasonCode: 'read-back-equal', reason };
}

/** A read that a scenario declares may look past the change: then that it shows the state before proves nothing. */
function wasNeverSeen(request: RevertRequest, rounds: RevertRounds): boolean {
  return request.injection === 'acknowledged' && isUnseen(request, rounds);
}

function isUnseen({ definition, after, removedBefore }: RevertRequest, rounds: RevertRounds): boolean {
  const wasTakenOut = removedBefore === true || rounds.mayHaveActed || rounds.report?.outcome === 'removed';
  return definition.selfDeclared === true && after?.readBack === undefined && !wasTakenOut;
}

/** Of an injection that failed in its midst more may be left than what is read. */
const beyond = '; what it did beyond what the scenario reads is not known, and was not undone';

function neverSeen(request: RevertRequest): Judged {
  const reason = `${named(request)} was acknowledged, but what the scenario reads never showed it, so nobody can tell whether it is still in, and nothing was undone. Look at it by hand, put it right, correct the scenario's 'read', and move the run's folder out of the reports, and that of its states out of .windshear/state`;
  return { verdict: 'unverified', reasonCode: 'verify-failed', reason };
}

/** Nobody else can be credited where our own revert may have acted, or where the injection may never have. */
function isByGuardrail(request: RevertRequest, rounds: RevertRounds): boolean {
  if (request.injection !== 'acknowledged' || request.begunBefore === true || rounds.mayHaveActed) return false;
  return rounds.report === undefined || rounds.report.outcome !== 'removed';
}

function stillIn(request: RevertRequest, rounds: RevertRounds): Judged {
  const left = rounds.report?.outcome === 'left';
  const remains = rounds.look.observation?.remains;
  if (remains !== undefined) {
    const what = `What ${named(request)} changed is as before, but ${remains}, so a part of the fault may be in.`;
    return left
      ? {
          verdict: 'dirty',
          reasonCode: 'left-altered',
          reason: `${what} Put that right by hand, then run: windshear recover`,
        }
      : { verdict: 'dirty', reasonCode: 'revert-failed', reason: `${what}${injectFailed(request)} ${next}` };
  }
  if (left) return altered(request, rounds);
  const why =
    rounds.error === undefined
      ? `it was answered as reverted and is in again (${rounds.look.observation?.status ?? 'not read'})`
      : failureText(rounds.error);
  const reason = `${cannotRevert(request, rounds)}: ${why}. The change is still in.${injectFailed(request)} ${next}`;
  return { verdict: 'dirty', reasonCode: 'revert-failed', reason };
}

function altered(request: RevertRequest, rounds: RevertRounds): Judged {
  const candidates = candidatesOf(rounds);
  const left = candidates.length === 0 ? 'it was left as it is' : `left as they are: ${candidates.join(', ')}`;
  const place = request.beforePlace === undefined ? 'the pre-image' : `the pre-image in ${request.beforePlace}`;
  const reason = `Someone altered our delta of ${named(request)}${noteOf(rounds)}; ${left}. Compare with ${place}, put it right by hand, then run: windshear recover`;
  return { verdict: 'dirty', reasonCode: 'left-altered', reason };
}

function unproven(request: RevertRequest, rounds: RevertRounds, candidates: readonly string[]): Judged {
  const reason = `What ${named(request)} may have made cannot be proven to be ours, so nothing was deleted: ${candidates.join(', ')}${noteOf(rounds)}. Check by hand, then run: windshear recover`;
  return { verdict: 'dirty', reasonCode: 'left-altered', reason };
}

function noteOf({ report }: RevertRounds): string {
  return report?.note === undefined ? '' : ` (${withoutFullStop(report.note)})`;
}

function unread(request: RevertRequest, rounds: RevertRounds): Judged {
  const revert =
    rounds.error === undefined
      ? `The revert of ${named(request)} was answered`
      : `${cannotRevert(request, rounds)}: ${failureText(rounds.error)}`;
  const reason = `${revert}. Whether the change is still in could not be read: ${failureText(rounds.look.error)}.${injectFailed(request)} ${next}`;
  return { verdict: 'unverified', reasonCode: 'verify-failed', reason };
}

function abandoned(request: RevertRequest): Judged {
  const reason = `The revert of ${named(request)} was abandoned; the change may still be in. ${next}`;
  return { verdict: 'unverified', reasonCode: 'stopped', reason };
}

function cannotRevert(request: RevertRequest, rounds: RevertRounds): string {
  const tries = rounds.tries === 1 ? '1 try' : `${rounds.tries} tries`;
  return `Cannot revert ${named(request)} after ${tries} in ${formatDuration(rounds.tookMs)}`;
}

function named(request: RevertRequest): string {
  const touches = request.definition.touches(request.params as never);
  return `'${request.definition.type}' on ${touches.map((resource) => `'${resource}'`).join(', ')}`;
}

function injectFailed(request: RevertRequest): string {
  return request.injectError === undefined ? '' : ` The injection had failed too: ${failureText(request.injectError)}.`;
}

function candidatesOf(rounds: RevertRounds): string[] {
  return [...new Set([...(rounds.report?.candidates ?? []), ...(rounds.look.observation?.candidates ?? [])])];
}

const next = 'Run: windshear recover';
