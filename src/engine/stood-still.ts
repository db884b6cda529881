/** What judges know of our own stalls. */
export interface OwnStalls {
  /** How long we stood still in a time. */
  readonly stoodStillMs?: (fromMonoMs: number, untilMonoMs: number) => number;
}

/**
 * How long we stood still between two looks, where that is the greater part of it: the looks were dense enough, had we
 * been there to take them. Undefined where they were too far apart by themselves.
 */
export function stoodStillBetween({ stoodStillMs }: OwnStalls, [from, until]: readonly [number, number]) {
  const ms = stoodStillMs?.(from, until) ?? 0;
  return ms > (until - from) / 2 ? ms : undefined;
}
