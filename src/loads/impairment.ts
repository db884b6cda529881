import type { LoadSummary } from '../model/load.ts';

/** Finds out from when to when users were hurt. */
export interface Impairment {
  readonly note: (dueMonoMs: number, isGood: boolean) => void;
  readonly period: (endMonoMs: number) => LoadSummary['impaired'];
}

const slotMs = 100;
/** Users are well again when all has been well for so long. */
const stableMs = 1000;

/**
 * Counts good and bad answers in slots of 100 ms by the time at which they were due. Users are hurt from the first slot
 * with too many bad answers until the end of the last one, if a second without such a slot follows it.
 */
export function createImpairment(toleratedErrorRatio: number): Impairment {
  const slots = new Map<number, { good: number; bad: number }>();
  return {
    note: (dueMonoMs, isGood) => {
      const at = Math.floor(dueMonoMs / slotMs);
      const slot = slots.get(at) ?? { good: 0, bad: 0 };
      slots.set(at, slot);
      if (isGood) slot.good += 1;
      else slot.bad += 1;
    },
    period: (endMonoMs) => {
      const hurt = [...slots]
        .filter(([, { good, bad }]) => bad / (good + bad) > toleratedErrorRatio)
        .map(([at]) => at)
        .sort((a, b) => a - b);
      const [first] = hurt;
      const last = hurt.at(-1);
      if (first === undefined || last === undefined) return undefined;
      const untilMonoMs = (last + 1) * slotMs;
      const isOver = endMonoMs - untilMonoMs >= stableMs;
      return { fromMonoMs: first * slotMs, ...(isOver ? { untilMonoMs } : {}) };
    },
  };
}
