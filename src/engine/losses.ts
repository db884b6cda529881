/** When signals of a detector were lost because more came than could be kept. */
export interface Losses {
  readonly note: (monoMs: number, count: number) => void;
  readonly between: (fromMonoMs: number, untilMonoMs: number) => boolean;
}

/** Losses that are no further apart are kept as one span. */
const oneSpanMs = 1000;
/** Most spans that are kept apart; beyond that the oldest two are taken for one, which hides no loss. */
const mostSpans = 500;

export function newLosses(): Losses {
  const spans: { from: number; until: number }[] = [];
  return {
    note(monoMs, count) {
      if (count <= 0) return;
      const last = spans.at(-1);
      if (last !== undefined && monoMs - last.until <= oneSpanMs) {
        last.until = Math.max(last.until, monoMs);
        return;
      }
      spans.push({ from: monoMs, until: monoMs });
      const [first, second] = spans;
      if (spans.length <= mostSpans || first === undefined || second === undefined) return;
      spans.splice(0, 2, { from: first.from, until: second.until });
    },
    between: (fromMonoMs, untilMonoMs) => spans.some(({ from, until }) => from <= untilMonoMs && until >= fromMonoMs),
  };
}
