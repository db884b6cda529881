import type { Attribution } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';
import { eventEpochMs, isAbout, type Subjects } from './correlate.ts';
import type { HeardSignal, Instant } from './heard.ts';

export interface RevertWitness {
  /** Records of the audit source that concern the trial, in the order in which they came. */
  readonly audit: readonly HeardSignal[];
  readonly marker: string;
  readonly subjects: Subjects;
  readonly t0: Instant;
  /** Between which monotonic instants our delta went: the last read that saw it was sent, the next one received. */
  readonly goneMonoMs: readonly [number, number];
  /** Error and resolution of the audit source's clock. */
  readonly marginMs: number;
  /** How much later than the write a read may show it (J13). */
  readonly settleMs: number;
  readonly attribute: (audit: readonly Signal[]) => Attribution | undefined;
}

/**
 * Says who took a fault back (J16): whoever wrote to its subjects in the time in which it went, successfully and not
 * as one of us. A write before or after that time is no evidence, and where two wrote in it nobody is credited.
 */
export function whoReverted(witness: RevertWitness): Attribution | undefined {
  const { t0, goneMonoMs, marginMs, settleMs, attribute } = witness;
  const epochOf = (monoMs: number) => t0.epochMs + (monoMs - t0.monoMs);
  const from = Math.max(t0.epochMs, epochOf(goneMonoMs[0]) - settleMs) - marginMs;
  const until = epochOf(goneMonoMs[1]) + marginMs;
  const writes = writesOfOthers(witness).filter((signal) => {
    const eventMs = eventEpochMs(signal);
    return eventMs !== undefined && eventMs >= from && eventMs <= until;
  });
  const each = writes.map((write) => attribute([write]));
  const mine = each.find((one) => one?.whose === 'mine');
  const other = each.find((one) => one?.whose === 'other');
  if (mine !== undefined && other?.whose === 'other')
    return { whose: 'unknown', why: `${other.by} wrote to it in the same time` };
  return mine ?? other ?? attribute([]);
}

/** Records of what others wrote to these subjects, with success. */
export function writesOfOthers({
  audit,
  marker,
  subjects,
}: Pick<RevertWitness, 'audit' | 'marker' | 'subjects'>): readonly Signal[] {
  return (
    audit
      // Our label in an object that a healer writes is no sign that we wrote it; a phase letter is.
      .filter(({ sightings }) => !sightings.some((one) => one.marker === marker && one.phase !== undefined))
      .map(({ signal }) => signal)
      .filter((signal) => signal.readOnly !== true && signal.errorCode === undefined && isAbout(signal, subjects))
  );
}
