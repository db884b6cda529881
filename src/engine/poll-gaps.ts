import type { Clock } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import { losesFromMs, type Stalls } from '../model/stalls.ts';
import type { ReasonCode } from '../model/verdict.ts';

/** A time in which a store was not seen: what it showed and took back meanwhile nobody knows. */
export interface PollGap {
  /** When the last poll before it left that was answered well. */
  readonly fromMonoMs: number;
  /** When the first one after it left; now, where there is none yet. */
  readonly untilMonoMs: number;
  /** 0 where we stood still instead. */
  readonly failedPolls: number;
}

export interface PollGaps {
  readonly failed: () => void;
  /** Takes a poll that was answered well, once it is read. */
  readonly answered: (sentMonoMs: number) => void;
  /**
   * Those in which something may have come and gone that came within a time; `keepsMs` is for how long the store shows
   * at least what comes.
   */
  readonly between: (time: readonly [number, number], keepsMs: number) => readonly PollGap[];
}

export interface PollGapsOptions {
  readonly clock: Clock;
  readonly pollMs: number;
  readonly stalls?: Stalls;
}

/**
 * How many times as long as usual: one failed poll doubles the time between two that are good, two in a row make a gap.
 * How short an alert may be shown and yet be seen is the choice of whoever says how often it is polled.
 */
const mostUsuals = 2.5;
/** Most gaps that are kept apart; beyond that the oldest two are taken for one, which hides none. */
const mostGaps = 500;

/** Notes when a store was not seen for much longer than usual, since polls failed or we stood still. */
export function newPollGaps({ clock, pollMs, stalls }: PollGapsOptions): PollGaps {
  const gaps: (PollGap & { readonly mostMs: number })[] = [];
  let fromMonoMs = clock.monoMs();
  let failedPolls = 0;
  let mostMs = mostUsuals * pollMs;
  let lastTookMs = 0;
  const until = (untilMonoMs: number) => {
    const isOurs = failedPolls === 0;
    if (isOurs && (stalls?.frozenMs(fromMonoMs, untilMonoMs) ?? 0) < losesFromMs) return [];
    return untilMonoMs - fromMonoMs > mostMs ? [{ fromMonoMs, untilMonoMs, failedPolls, mostMs }] : [];
  };
  return {
    failed: () => void failedPolls++,
    answered(sentMonoMs) {
      gaps.push(...until(sentMonoMs));
      const [first, second] = gaps;
      if (gaps.length > mostGaps && first !== undefined && second !== undefined)
        gaps.splice(0, 2, { ...second, fromMonoMs: first.fromMonoMs });
      fromMonoMs = sentMonoMs;
      failedPolls = 0;
      // A store that always takes its time to answer is seen no more often by itself; one slow answer does not say so.
      const nowMonoMs = clock.monoMs();
      const tookMs = nowMonoMs - sentMonoMs - (stalls?.frozenMs(sentMonoMs, nowMonoMs) ?? 0);
      mostMs = mostUsuals * Math.max(pollMs, Math.min(tookMs, lastTookMs));
      lastTookMs = tookMs;
    },
    between: ([from, to], keepsMs) =>
      [...gaps, ...until(clock.monoMs())].flatMap(({ mostMs: most, ...gap }) => {
        const isIn = gap.fromMonoMs < to && gap.untilMonoMs - Math.max(from, gap.fromMonoMs) > most;
        return isIn && gap.untilMonoMs - keepsMs > from ? [gap] : [];
      }),
  };
}

/** Says that a detector was not seen; `since` is an instant and its name. */
export function unseenReason(
  { fromMonoMs, untilMonoMs, failedPolls }: PollGap,
  detector: string,
  [sinceMonoMs, since]: readonly [number, string],
): { readonly code: ReasonCode; readonly reason: string } {
  const lasted = formatDuration(untilMonoMs - fromMonoMs);
  const after = fromMonoMs - sinceMonoMs;
  const from = `from ${formatDuration(Math.abs(after))} ${after < 0 ? 'before' : 'after'} ${since} on`;
  const why =
    failedPolls === 0 ? 'we stood still' : failedPolls === 1 ? 'a poll failed' : `${failedPolls} polls failed`;
  return {
    code: failedPolls === 0 ? 'harness-frozen' : 'channel-unproven',
    reason: `${detector} could not be asked for ${lasted}, ${from} (${why}), so whether it showed an alert meanwhile and took it back is not known.`,
  };
}
