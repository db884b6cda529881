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

/** So long after a stall a request may still go out on a connection that the other end gave up meanwhile. */
export const staleMs = 250;

/** Whether what took a time is no measurement: we stood still in it, or right before it, so that it tells of us. */
export function isSpoilt({ stoodStillMs }: OwnStalls, [from, until]: readonly [number, number]): boolean {
  return (stoodStillMs?.(from - staleMs, until) ?? 0) > 0;
}
