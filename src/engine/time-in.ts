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
  /** True where it went by becoming something else, which is not the state before either. */
  readonly isAltered?: true;
  /** True where something of it may be in even after our revert, so that it was never out for sure. */
  readonly isLeft?: true;
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
  if (first === undefined) return undefined;
  return {
    ...first,
    outMonoMs: Math.max(...each.map(({ outMonoMs }) => outMonoMs)),
    ...(each.some(({ isAltered }) => isAltered) ? { isAltered: true } : {}),
    ...(each.some(({ isLeft }) => isLeft) ? { isLeft: true } : {}),
  };
}

/** Says from when to when it was in, and how that ended. */
export function whenIn(time: Omit<TimeIn, 'outMonoMs'>, t0MonoMs: number): string {
  const [until, gone] = [time.untilMonoMs, time.goneMonoMs].map((at) => formatDuration(Math.max(0, at - t0MonoMs)));
  return `It was in from 0 s to ${until}${endOf(time, gone ?? '')}.`;
}

function endOf({ by, isAltered, isLeft }: Omit<TimeIn, 'outMonoMs'>, gone: string): string {
  const ended = isLeft === true ? 'our revert did not end it for sure' : 'our revert ended it';
  if (by === 'us') return isLeft === true ? `, when we asked for it back; ${ended}` : ', when we took it back';
  if (by === 'either') return `; by ${gone} somebody else may have taken it out, and ${ended}`;
  return `; by ${gone} somebody else had ${isAltered === true ? 'altered it' : 'taken it out'}`;
}

function timeInOf(fault: LiveFault, nowMonoMs: number): TimeIn {
  const { definition, revertRequested, rollback, t0 } = fault;
  const wholeMonoMs = revertRequested?.monoMs ?? nowMonoMs;
  const left = rollback?.verdict === 'dirty' || rollback?.verdict === 'unverified' ? ({ isLeft: true } as const) : {};
  const byUs = { untilMonoMs: wholeMonoMs, goneMonoMs: wholeMonoMs, by: 'us', outMonoMs: nowMonoMs, ...left } as const;
  // What is done once is not taken back by anybody.
  if (definition.kind === 'act') return byUs;
  const atLast = faultState(fault).goneMonoMs;
  const absent = firstAbsence(fault);
  const isByUs = rollback?.verdict === 'clean';
  const gone = absent?.between ?? (isByUs && fault.mayBeGoneBefore !== true ? undefined : atLast);
  if (gone === undefined) return byUs;
  const stayedOut = rollback?.verdict === 'by-guardrail' || rollback?.verdict === 'none';
  return {
    untilMonoMs: Math.max(gone[0], t0?.monoMs ?? gone[0]),
    goneMonoMs: gone[1],
    by: absent === undefined && !stayedOut ? 'either' : 'others',
    outMonoMs: stayedOut ? (atLast?.[1] ?? nowMonoMs) : nowMonoMs,
    ...(absent?.isAltered === true ? { isAltered: true } : {}),
    ...left,
  };
}

interface Absence {
  readonly between: readonly [number, number];
  readonly isAltered: boolean;
}

function firstAbsence(fault: LiveFault): Absence | undefined {
  const reads = tellingReads(fault);
  const index = reads.findIndex(({ present }) => !present);
  const absent = reads[index];
  if (absent === undefined) return undefined;
  const seenMonoMs = reads[index - 1]?.sentMonoMs;
  return {
    between: [seenMonoMs === undefined ? 0 : seenMonoMs - fault.settleMs, absent.receivedMonoMs],
    isAltered: absent.instead !== undefined,
  };
}
