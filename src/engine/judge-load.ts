import { formatDuration } from '../model/duration.ts';
import { withoutFullStop } from '../model/full-stop.ts';
import { impairedSlotMs, type LoadFigures, type LoadLimit, type LoadSummary, wellForMs } from '../model/load.ts';
import { expectationId, type LoadExpectation, type LoadUse } from '../model/scenario.ts';
import type { ProbeResult } from '../model/scorecard.ts';
import { type TimeIn, whenIn } from './time-in.ts';

export interface LoadCase {
  readonly use: Pick<LoadUse, 'type' | 'expect'>;
  readonly summary: LoadSummary;
  readonly t0MonoMs: number;
  readonly timeIn: Omit<TimeIn, 'outMonoMs'>;
  /** A guardrail is proven to have taken it out: then what users felt until it did is all that there was to feel. */
  readonly isByGuardrail?: boolean;
  /** When the traffic ended. */
  readonly endMonoMs: number;
  readonly ended?: 'stopped' | 'errored';
}

/** Fewer requests than these say nothing about a percentile. */
const leastRequests = { p50: 1, p95: 20, p99: 100 } as const;

/**
 * Judges what users felt: each expectation of a load, then the load's own limits. Traffic that did not flow as declared
 * is said even where nothing is expected of it: what passed beside it was not tried under that load.
 */
export function judgeLoad(facts: LoadCase): readonly ProbeResult[] {
  const results = [
    ...facts.use.expect.map((expected) => judgeOne(facts, expected)),
    ...facts.summary.limits.map(toResult(facts)),
  ];
  const failed = whyFailed(facts);
  if (failed === undefined || results.some(({ reasonCode }) => reasonCode === failed.reasonCode)) return results;
  return [...results, { ...wholeOf(facts), id: `${facts.use.type}/as-declared`, unit: 'load', ...failed }];
}

function whyFailed(facts: LoadCase): Said | undefined {
  if (facts.ended !== undefined) return undefined;
  const { unsound } = facts.summary;
  const early = untold(facts, 'held');
  if (unsound === undefined) return early;
  const cut = early === undefined ? '' : ` ${early.reason}`;
  return open('load-failed', `The load did not run as declared: ${withoutFullStop(unsound)}.${cut}`);
}

type Said = Pick<ProbeResult, 'verdict' | 'reasonCode' | 'reason'> & { readonly worst?: number };

function judgeOne(facts: LoadCase, expected: LoadExpectation): ProbeResult {
  const { type } = facts.use;
  const phase = expected.figure === 'recovery' ? 'during' : expected.phase;
  const figures = facts.summary.figures.find((one) => one.phase === phase);
  const unit = expected.figure === 'error-ratio' ? 'ratio' : 'ms';
  return {
    id: expectationId.load(type, expected),
    probe: type,
    when: phase,
    unit,
    samples: figures?.requests ?? 0,
    windowMs: figures?.durationMs ?? 0,
    ...say(facts, expected, figures),
  };
}

function say(facts: LoadCase, expected: LoadExpectation, figures: LoadFigures | undefined): Said {
  const { summary, ended } = facts;
  if (ended !== undefined) return open(ended, 'The trial ended before its time, and the traffic with it.');
  if (summary.unsound !== undefined) return open('load-failed', `Not to be relied on: ${summary.unsound}`);
  if (figures === undefined) return open('not-measured', 'The load has no figures of that phase.');
  const said = sayFigures(facts, expected, figures);
  if (figures.phase === 'before' || said.verdict === 'inconclusive') return said;
  return (
    untold(facts, said.verdict) ?? (expected.figure === 'recovery' ? undefined : spoilt(facts, figures.phase)) ?? said
  );
}

/** A ratio or a percentile of less time than the fault was to be in, or of a time in which nobody knows what was in. */
function spoilt(facts: LoadCase, phase: LoadFigures['phase']): Said | undefined {
  const { timeIn, t0MonoMs, isByGuardrail } = facts;
  const span = whenIn(timeIn, t0MonoMs);
  if (timeIn.isAltered === true) return open('altered', `What was in by then is not what was injected. ${span}`);
  if (phase === 'after' && timeIn.isLeft === true)
    return open('not-measured', `It may still be in, so nothing tells how users fare without it. ${span}`);
  if (phase === 'after' || timeIn.by !== 'others' || isByGuardrail === true) return undefined;
  return open('gone-before-slo', `How users would have fared had it stayed in is not known. ${span}`);
}

/** What ended by itself before the fault says nothing of it; what ended while it was in can only tell of a breach. */
function untold({ summary, t0MonoMs, timeIn }: LoadCase, verdict: ProbeResult['verdict']): Said | undefined {
  const { endedMonoMs = Number.POSITIVE_INFINITY } = summary;
  if (verdict === 'inconclusive') return undefined;
  const by = 'The load ended by itself';
  if (endedMonoMs <= t0MonoMs) {
    const before = formatDuration(t0MonoMs - endedMonoMs);
    return open('load-failed', `${by} ${before} before the fault went in, so it says nothing of the fault.`);
  }
  if (verdict === 'breached' || endedMonoMs >= timeIn.untilMonoMs) return undefined;
  const after = formatDuration(endedMonoMs - t0MonoMs);
  const span = whenIn(timeIn, t0MonoMs);
  return open('load-failed', `${by} ${after} after the fault went in, so it says nothing of the rest. ${span}`);
}

function sayFigures(facts: LoadCase, expected: LoadExpectation, figures: LoadFigures): Said {
  if (expected.figure === 'recovery') return sayRecovery(facts, expected.within);
  const over = `${figures.requests} requests in ${formatDuration(figures.durationMs)}, ${phaseWords[figures.phase]}`;
  const span = figures.phase === 'during' ? ` ${whenIn(facts.timeIn, facts.t0MonoMs)}` : '';
  const isRatio = expected.figure === 'error-ratio';
  const least = isRatio ? 1 : leastRequests[expected.figure];
  const value = isRatio ? figures.errorRatio : figures.latencyMs[expected.figure];
  if (figures.requests < least) {
    return open('too-few-samples', `${expected.figure} needs at least ${least} requests, got ${over}.${span}`);
  }
  if (value === undefined) return open('not-measured', `The load does not tell its ${expected.figure}.`);
  const text = isRatio ? percent : formatDuration;
  const got = `${expected.figure} ${text(value)}, expected at most ${text(expected.atMost)} (${over}).${span}`;
  return value <= expected.atMost
    ? { verdict: 'held', reasonCode: 'within-tolerance', reason: `Got ${got}`, worst: value }
    : { verdict: 'breached', reasonCode: 'out-of-tolerance', reason: `Got ${got}`, worst: value };
}

/**
 * Judges whether users were well again within the SLO, for long enough while the fault was still in: what was healed by
 * taking it out, by us or by others, says nothing for the staging.
 */
function sayRecovery(facts: LoadCase, sloMs: number): Said {
  const { summary, t0MonoMs, endMonoMs } = facts;
  const { untilMonoMs: inUntilMonoMs } = facts.timeIn;
  const untilOf = (one: LoadSummary['impaired'][number]) => one.untilMonoMs ?? Number.POSITIVE_INFINITY;
  const hurt = summary.impaired.filter((one) => untilOf(one) > t0MonoMs && one.fromMonoMs < inUntilMonoMs);
  const [first, last] = [hurt[0], hurt.at(-1)];
  const inMs = Math.min(inUntilMonoMs, endMonoMs) - t0MonoMs;
  const slo = formatDuration(sloMs);
  const span = ` ${whenIn(facts.timeIn, facts.t0MonoMs)}`;
  if (first === undefined || last === undefined) {
    if (inMs < sloMs) return open('gone-before-slo', `Users were not hurt, SLO ${slo}.${span}`);
    return { verdict: 'held', reasonCode: 'within-tolerance', reason: `Users were not hurt at all.${span}`, worst: 0 };
  }
  if (first.feltMonoMs < t0MonoMs) {
    const early = formatDuration(t0MonoMs - first.feltMonoMs);
    return open('not-measured', `Users were hurt already ${early} before the fault.`);
  }
  const untilMonoMs = untilOf(last);
  if (untilMonoMs > inUntilMonoMs || last.untilMonoMs === undefined) {
    const heldMs = last.untilMonoMs === undefined ? Math.min(inMs, endMonoMs - wellForMs - t0MonoMs) : inMs;
    const still = `Users were still hurt after ${formatDuration(Math.max(0, heldMs))} of the fault`;
    return heldMs >= sloMs
      ? { verdict: 'breached', reasonCode: 'out-of-tolerance', reason: `${still}, SLO ${slo}.${span}`, worst: heldMs }
      : open('gone-before-slo', `${still}, which was gone before the SLO of ${slo}.${span}`);
  }
  const tookMs = untilMonoMs - t0MonoMs;
  const again = `Users were well again ${formatDuration(tookMs)} after the fault, SLO ${slo}`;
  const wellMs = inUntilMonoMs - untilMonoMs;
  if (tookMs <= sloMs && wellMs < wellForMs) {
    return open('gone-before-slo', `${again}, but the fault stayed in only ${formatDuration(wellMs)} more.${span}`);
  }
  const stayed = `${again}, and stayed so for at least ${formatDuration(wellForMs)}.`;
  const reason = `${stayed}${span}`;
  if (tookMs <= sloMs) return { verdict: 'held', reasonCode: 'within-tolerance', reason, worst: tookMs };
  if (tookMs - impairedSlotMs < sloMs)
    return open('poll-too-coarse', `${stayed} It is told to ${impairedSlotMs} ms.${span}`);
  return { verdict: 'breached', reasonCode: 'out-of-tolerance', reason, worst: tookMs };
}

function open(reasonCode: ProbeResult['reasonCode'], reason: string): Said {
  return { verdict: 'inconclusive', reasonCode, reason };
}

const limitReasons = { held: 'within-tolerance', breached: 'out-of-tolerance', inconclusive: 'not-measured' } as const;

function toResult(facts: LoadCase): (limit: LoadLimit) => ProbeResult {
  const { use, summary, ended } = facts;
  const codes =
    summary.unsound === undefined ? limitReasons : { ...limitReasons, inconclusive: 'load-failed' as const };
  return ({ metric, limit, verdict, reason }) => ({
    ...wholeOf(facts),
    id: `${use.type}/${metric} ${limit}`,
    unit: 'limit',
    ...(ended === undefined
      ? (untold(facts, verdict) ??
        (verdict === 'inconclusive' ? undefined : spoilt(facts, 'whole')) ?? {
          verdict,
          reasonCode: codes[verdict],
          reason,
        })
      : open(ended, 'The trial ended before its time, and the traffic with it.')),
  });
}

function wholeOf({ use, summary }: LoadCase): Pick<ProbeResult, 'probe' | 'when' | 'samples' | 'windowMs'> {
  const whole = summary.figures.find((one) => one.phase === 'whole');
  return { probe: use.type, when: 'whole', samples: whole?.requests ?? 0, windowMs: whole?.durationMs ?? 0 };
}

const phaseWords = {
  before: 'before the fault',
  during: 'while it was in',
  after: 'after it was taken back',
  whole: 'over the whole trial',
} as const;

function percent(ratio: number): string {
  return `${Math.round(ratio * 10_000) / 100} %`;
}
