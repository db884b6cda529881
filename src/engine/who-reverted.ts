import type { Attribution, FieldManager } from '../model/guardrail.ts';
import type { Signal } from '../model/signal.ts';
import { isOfCollection } from '../model/subjects.ts';
import { eventEpochMs, isAbout, type Subjects } from './correlate.ts';
import type { HeardSignal, Instant } from './heard.ts';
import { isBack, type StateRead } from './state-reads.ts';

export interface RevertWitness {
  /** Records of the audit source that concern the trial, in the order in which they came. */
  readonly audit: readonly HeardSignal[];
  readonly marker: string;
  readonly subjects: Subjects;
  readonly t0: Instant;
  /** Between which monotonic instants our delta went: the last read that saw it was sent, the next one received. */
  readonly goneMonoMs: readonly [number, number];
  /** Reads of the state since the injection up to there, oldest first. */
  readonly reads: readonly StateRead[];
  /** Error and resolution of an audit source's clock. */
  readonly marginMs: (source: string) => number;
  /** How much later than the write a read may show it (J13). */
  readonly settleMs: number;
  /** Whether what a record tells of can have taken this fault back: a patch deletes nothing. */
  readonly canUndo: (signal: Signal) => boolean;
  readonly attribute: (audit: readonly Signal[], managers?: readonly FieldManager[]) => Attribution | undefined;
}

/**
 * Says who took a fault back (J16): whoever wrote to its subjects in the time in which it went, successfully and not
 * as one of us. A write before or after that time is no evidence, and where two wrote in it nobody is credited, but
 * where each of their writes is known for one of the turns that the state was seen to take.
 */
export function whoReverted(witness: RevertWitness): Attribution | undefined {
  const each = writesIn(witness, witness.goneMonoMs).filter(({ signal }) => witness.canUndo(signal));
  const mine = each.find(({ by }) => by.whose === 'mine');
  const other = each.find(({ by }) => by.whose === 'other');
  if (mine !== undefined && other?.by.whose === 'other')
    return lastOfTurns(witness) ?? { whose: 'unknown', why: `${other.by.by} wrote to it in the same time` };
  if (mine !== undefined) return mine.by;
  const managed = witness.attribute([], managersIn(witness));
  if (managed?.whose === 'mine' && other?.by.whose === 'other')
    return { whose: 'unknown', why: `${other.by.by} wrote to it in the same time` };
  return managed?.whose === 'mine' ? managed : (other?.by ?? managed);
}

/** Times in `managedFields` are whole seconds of the cluster's clock. */
const managersMarginMs = 1000;

/** Owners of fields who wrote in the time in which it went, as the read tells that found it gone. */
function managersIn({ reads, t0, goneMonoMs }: RevertWitness): readonly FieldManager[] {
  const gone = reads.find(({ receivedMonoMs }) => receivedMonoMs >= goneMonoMs[1]);
  const from = t0.epochMs + (goneMonoMs[0] - t0.monoMs) - managersMarginMs;
  const until = t0.epochMs + (goneMonoMs[1] - t0.monoMs) + managersMarginMs;
  return (gone?.managers ?? []).filter(({ time = '' }) => Date.parse(time) >= from && Date.parse(time) <= until);
}

interface Write {
  readonly signal: Signal;
  readonly by: Attribution;
}

/** Successful writes of others that may have been done between two monotonic instants. */
function writesIn(witness: RevertWitness, [fromMonoMs, untilMonoMs]: readonly [number, number]): readonly Write[] {
  const { audit, marker, subjects, t0, marginMs, settleMs, attribute } = witness;
  const epochOf = (monoMs: number) => t0.epochMs + (monoMs - t0.monoMs);
  const from = Math.max(t0.epochMs, epochOf(fromMonoMs) - settleMs);
  const until = epochOf(untilMonoMs);
  return writesOfOthers({ audit, markers: [marker], subjects }).flatMap((signal) => {
    const [startMs, endMs] = spanOf(signal);
    const margin = marginMs(signal.detector ?? '');
    // What began before the injection was not done to undo it.
    const isIn = startMs >= t0.epochMs - margin && endMs >= from - margin && startMs <= until + margin;
    if (!isIn) return [];
    const by = attribute([signal]);
    return by === undefined ? [] : [{ signal, by }];
  });
}

/** From when until when an act went on in epoch milliseconds; NaN where no time is told. */
function spanOf(signal: Signal): readonly [number, number] {
  const endMs = eventEpochMs(signal) ?? Number.NaN;
  // What counts is a sum of several acts, whose first tells nothing of the last.
  if (signal.lastSeen === undefined || signal.count !== undefined) return [endMs, endMs];
  const startMs = Date.parse(signal.eventTime ?? '');
  return startMs <= endMs ? [startMs, endMs] : [endMs, endMs];
}

/**
 * A drift that comes again after each heal: every turn of the state takes one write at least, so where as many were
 * made as it took turns, the last of them took it out. Undefined where the writes outnumber the turns, or their order
 * is not known.
 */
function lastOfTurns(witness: RevertWitness): Attribution | undefined {
  const injected = { sentMonoMs: witness.t0.monoMs, receivedMonoMs: witness.t0.monoMs, present: true };
  const all = turnsOf([injected, ...witness.reads]);
  for (let from = all.length - 2; from >= 0; from--) {
    const turns = all.slice(from);
    const writes = writesIn(witness, [turns[0]?.[0] ?? witness.goneMonoMs[0], witness.goneMonoMs[1]])
      .filter(({ by }) => by.whose === 'mine' || by.whose === 'other')
      .toSorted((a, b) => spanOf(a.signal)[0] - spanOf(b.signal)[0]);
    const fits = turns.every((turn, n) => writesIn(witness, turn).some(({ signal }) => signal === writes[n]?.signal));
    const canUndo = writes.every(({ signal }, n) => (turns.length - n) % 2 === 0 || witness.canUndo(signal));
    if (writes.length !== turns.length || !fits || !canUndo) continue;
    const [before, last] = writes.slice(-2);
    if (before === undefined || last === undefined || before.signal.detector !== last.signal.detector) continue;
    if (spanOf(before.signal)[1] < spanOf(last.signal)[0]) return last.by;
  }
  return undefined;
}

/** Between which instants the state turned, from in to gone and back. */
function turnsOf(reads: readonly StateRead[]): readonly (readonly [number, number])[] {
  return reads.flatMap((read, n) => {
    const last = reads[n - 1];
    return last === undefined || isBack(last) === isBack(read) ? [] : [[last.sentMonoMs, read.receivedMonoMs] as const];
  });
}

/** Records of what others wrote to these subjects, with success. */
export function writesOfOthers({
  audit,
  markers,
  subjects,
}: Pick<RevertWitness, 'audit' | 'subjects'> & { readonly markers: readonly string[] }): readonly Signal[] {
  return (
    audit
      // Our label in an object that a healer writes is no sign that we wrote it; a phase letter is.
      .filter(({ sightings }) => !sightings.some((one) => markers.includes(one.marker) && one.phase !== undefined))
      .map(({ signal }) => signal)
      .filter((signal) => signal.readOnly !== true && signal.errorCode === undefined)
      .filter((signal) => isAbout(signal, subjects) || mayBeAbout(signal, subjects))
  );
}

/** Whether it was done to all objects of a kind and namespace, or those of a selector: these may have been among them. */
function mayBeAbout({ resources = [] }: Signal, { texts }: Subjects): boolean {
  return resources.some((text) => texts.some((subject) => isOfCollection(subject, text)));
}
