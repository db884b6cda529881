import { type Impaired, impairedSlotMs, wellForMs } from '../model/load.ts';

/** Finds out from when to when users were hurt. */
export interface Impairment {
  /** `endedMonoMs` is when the answer came, or was given up. */
  readonly note: (dueMonoMs: number, isGood: boolean, endedMonoMs: number) => void;
  readonly periods: (endMonoMs: number) => readonly Impaired[];
}

/**
 * Counts good and bad answers in slots of 100 ms by the time at which they were due. Users are hurt from the first slot
 * with too many bad answers until the end of the last one that no whole second without such a slot comes before.
 */
export function createImpairment(toleratedErrorRatio: number): Impairment {
  const slots = new Map<number, { good: number; bad: number; feltMonoMs: number }>();
  return {
    note: (dueMonoMs, isGood, endedMonoMs) => {
      const at = Math.floor(dueMonoMs / impairedSlotMs);
      const slot = slots.get(at) ?? { good: 0, bad: 0, feltMonoMs: Number.POSITIVE_INFINITY };
      slots.set(at, slot);
      if (isGood) {
        slot.good += 1;
        return;
      }
      slot.bad += 1;
      slot.feltMonoMs = Math.min(slot.feltMonoMs, endedMonoMs);
    },
    periods: (endMonoMs) => {
      const hurt = [...slots]
        .filter(([, { good, bad }]) => bad / (good + bad) > toleratedErrorRatio)
        .map(([at, { feltMonoMs }]) => ({ fromMonoMs: at * impairedSlotMs, feltMonoMs }))
        .toSorted((a, b) => a.fromMonoMs - b.fromMonoMs);
      const found: { fromMonoMs: number; feltMonoMs: number; untilMonoMs: number }[] = [];
      for (const { fromMonoMs, feltMonoMs } of hurt) {
        const last = found.at(-1);
        const untilMonoMs = fromMonoMs + impairedSlotMs;
        if (last === undefined || fromMonoMs - last.untilMonoMs >= wellForMs)
          found.push({ fromMonoMs, feltMonoMs, untilMonoMs });
        else {
          last.untilMonoMs = untilMonoMs;
          last.feltMonoMs = Math.min(last.feltMonoMs, feltMonoMs);
        }
      }
      // Where nothing was asked nobody can say that it was well.
      const knownMonoMs = Math.min(endMonoMs, (Math.max(...slots.keys()) + 1) * impairedSlotMs);
      return found.map(({ untilMonoMs, ...from }) =>
        knownMonoMs - untilMonoMs >= wellForMs ? { ...from, untilMonoMs } : from,
      );
    },
  };
}
