/** One measurement of a probe while a fault was in. */
export interface ProbeSample {
  readonly sentMonoMs: number;
  readonly receivedMonoMs: number;
  readonly value: number;
}

/** What users got to feel until they were well again. */
export interface MitigationCost {
  readonly samples: number;
  /** Out of tolerance. */
  readonly bad: number;
}

/**
 * `felt`: out of tolerance, or not yet in it for long enough. `recovered`: in it since some moment of the interval, and it
 * stayed. `not-felt`: never out of it, and watched for long enough.
 */
export type Mitigation =
  | { readonly status: 'felt'; readonly cost: MitigationCost }
  | {
      readonly status: 'recovered' | 'not-felt';
      /** Since t0; from the sending of the last bad sample to the receipt of the first good one. */
      readonly intervalMs: readonly [number, number];
      readonly cost: MitigationCost;
    };

export interface ToleranceOver {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly overMs: number;
}

/**
 * Says whether, and since when, a probe is back in tolerance (J17), from all samples since t0, oldest first. Pure.
 * A single bad sample begins the wait anew. The cost counts the samples up to the last bad one.
 */
export function mitigationOf(samples: readonly ProbeSample[], tolerance: ToleranceOver, t0MonoMs: number): Mitigation {
  const lastBad = samples.findLastIndex(({ value }) => !isWithin(value, tolerance));
  const good = samples.slice(lastBad + 1);
  const cost = {
    samples: lastBad + 1,
    bad: samples.filter(({ value }) => !isWithin(value, tolerance)).length,
  };
  const [first] = good;
  const last = good.at(-1);
  if (first === undefined || last === undefined) return { status: 'felt', cost };
  // Without a bad sample the whole time since t0 counts.
  const since = lastBad < 0 ? t0MonoMs : first.receivedMonoMs;
  if (last.sentMonoMs - since < tolerance.overMs) return { status: 'felt', cost };
  if (lastBad < 0) return { status: 'not-felt', intervalMs: [0, 0], cost };
  const from = samples[lastBad]?.sentMonoMs ?? t0MonoMs;
  return {
    status: 'recovered',
    intervalMs: [Math.max(0, from - t0MonoMs), Math.max(0, first.receivedMonoMs - t0MonoMs)],
    cost,
  };
}

function isWithin(value: number, { atLeast, atMost }: ToleranceOver): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}
