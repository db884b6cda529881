import { formatDuration } from '../model/duration.ts';
import { faultState, tellingReads } from './fault-state.ts';
import type { LiveFault } from './live-fault.ts';

/** How long all that a trial injects was in, on the clock's monotonic time. */
export interface TimeIn {
  /** Until when it was in for certain: when we asked for it back, or when the last read left that still saw it. */
  readonly untilMonoMs: number;
  /** When it was first known that some of it was out; the same where we took it out. */
  readonly goneMonoMs: number;
  /** `either`: our revert did not see it in, so that somebody may have been faster. */
  readonly by: 'us' | 'others' | 'either';
  /** From when on none of it was in. */
  readonly outMonoMs: number;
}

/**
 * Says until when everything that was injected was in, once it was taken back. What somebody else took out went at an
 * unknown moment between two reads, and what came again later is no longer the fault as it was injected. Undefined where
 * nothing was in.
 */
export function timeIn(faults: readonly LiveFault[], nowMonoMs: number): TimeIn | undefined {
  const each = faults
    .filter(({ intent, status, t0 }) => intent !== undefined && status !== 'refused' && t0 !== undefined)
    .map((fault) => timeInOf(fault, nowMonoMs));
  const first = each.toSorted((a, b) => a.untilMonoMs - b.untilMonoMs)[0];
  return first && { ...first, outMonoMs: Math.max(...each.map(({ outMonoMs }) => outMonoMs)) };
}

/** Says from when to when it was in. */
export function whenIn({ untilMonoMs, goneMonoMs, by }: Omit<TimeIn, 'outMonoMs'>, t0MonoMs: number): string {
  const [until, gone] = [untilMonoMs, goneMonoMs].map((monoMs) => formatDuration(Math.max(0, monoMs - t0MonoMs)));
  if (by === 'us') return `It was in from 0 s to ${until}, when we took it back.`;
  return by === 'others'
    ? `It was in from 0 s to ${until}; by ${gone} somebody else had taken it out.`
    : `It was in from 0 s to ${until}; by ${gone} somebody else may have taken it out, and our revert ended it.`;
}

function timeInOf(fault: LiveFault, nowMonoMs: number): TimeIn {
  const { definition, revertRequested, rollback, t0 } = fault;
  const wholeMonoMs = revertRequested?.monoMs ?? nowMonoMs;
  const byUs: TimeIn = { untilMonoMs: wholeMonoMs, goneMonoMs: wholeMonoMs, by: 'us', outMonoMs: nowMonoMs };
  // What is done once is not taken back by anybody.
  if (definition.kind === 'act') return byUs;
  const atLast = faultState(fault).goneMonoMs;
  const absent = firstAbsence(fault);
  const isByUs = rollback?.verdict === 'clean';
  const gone = absent ?? (isByUs && fault.mayBeGoneBefore !== true ? undefined : atLast);
  if (gone === undefined) return byUs;
  const stayedOut = rollback?.verdict === 'by-guardrail' || rollback?.verdict === 'none';
  return {
    untilMonoMs: Math.max(gone[0], t0?.monoMs ?? gone[0]),
    goneMonoMs: gone[1],
    by: absent === undefined && isByUs ? 'either' : 'others',
    outMonoMs: stayedOut ? (atLast?.[1] ?? nowMonoMs) : nowMonoMs,
  };
}

function firstAbsence(fault: LiveFault): readonly [number, number] | undefined {
  const reads = tellingReads(fault);
  const index = reads.findIndex(({ present }) => !present);
  const absent = reads[index];
  if (absent === undefined) return undefined;
  const seenMonoMs = reads[index - 1]?.sentMonoMs;
  return [seenMonoMs === undefined ? 0 : seenMonoMs - fault.settleMs, absent.receivedMonoMs];
}
