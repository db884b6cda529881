import { type Impaired, impairedSlotMs, wellForMs } from '../model/load.ts';

/** Finds out from when to when users were hurt. */
export interface Impairment {
  readonly note: (dueMonoMs: number, isGood: boolean) => void;
  readonly periods: (endMonoMs: number) => readonly Impaired[];
}

/**
 * Counts good and bad answers in slots of 100 ms by the time at which they were due. Users are hurt from the first slot
 * with too many bad answers until the end of the last one that no whole second without such a slot comes before.
 */
export function createImpairment(toleratedErrorRatio: number): Impairment {
  const slots = new Map<number, { good: number; bad: number }>();
  return {
    note: (dueMonoMs, isGood) => {
      const at = Math.floor(dueMonoMs / impairedSlotMs);
      const slot = slots.get(at) ?? { good: 0, bad: 0 };
      slots.set(at, slot);
      if (isGood) slot.good += 1;
      else slot.bad += 1;
    },
    periods: (endMonoMs) => {
      const hurt = [...slots]
        .filter(([, { good, bad }]) => bad / (good + bad) > toleratedErrorRatio)
        .map(([at]) => at * impairedSlotMs)
        .toSorted((a, b) => a - b);
      const found: { fromMonoMs: number; untilMonoMs: number }[] = [];
      for (const fromMonoMs of hurt) {
        const last = found.at(-1);
        const untilMonoMs = fromMonoMs + impairedSlotMs;
        if (last !== undefined && fromMonoMs - last.untilMonoMs < wellForMs) last.untilMonoMs = untilMonoMs;
        else found.push({ fromMonoMs, untilMonoMs });
      }
      // Where nothing was asked nobody can say that it was well.
      const knownMonoMs = Math.min(endMonoMs, (Math.max(...slots.keys()) + 1) * impairedSlotMs);
      return found.map(({ fromMonoMs, untilMonoMs }) =>
        knownMonoMs - untilMonoMs >= wellForMs ? { fromMonoMs, untilMonoMs } : { fromMonoMs },
      );
    },
  };
}
