import type { Scorecard } from '../../src/model/scorecard.ts';
import { type Figure, measured, median, skipped } from './figure.ts';
import type { GameDay } from './game-day.ts';

export const gameDayTime: Figure = {
  name: 'game day, staging started',
  unit: 's',
  goal: '< 60',
  measure: async ({ gameDays }) => measured((await gameDays()).map(({ wallMs }) => wallMs / 1000)),
};

export const harnessMemory: Figure = {
  name: 'harness, peak memory',
  unit: 'MB',
  goal: '< 150',
  measure: async ({ gameDays }) => {
    const peaks = (await gameDays()).flatMap(({ peakBytes }) => peakBytes ?? []);
    return peaks.length > 0 ? measured(peaks.map((bytes) => bytes / 1e6)) : skipped('this system has no /proc');
  },
};

export const trialOverhead: Figure = {
  name: 'engine overhead per trial',
  unit: 'ms',
  goal: '< 20',
  measure: async ({ gameDays }) => {
    const overheads = trialsOf(await gameDays()).map(({ overheadMs }) => overheadMs);
    return measured(overheads, overheads.length > 0 ? `worst ${Math.max(...overheads).toFixed(1)}` : undefined);
  },
};

/** Only a single number when pushed: the width of a pushed signal's interval is our own measured overhead (J19). */
export const pushedInterval: Figure = {
  name: 'TTD interval, narrowest detector',
  unit: 'ms',
  measure: async ({ gameDays }) => {
    const widths = new Map<string, number[]>();
    for (const { detector, ttdIntervalMs } of trialsOf(await gameDays()).flatMap(({ detections }) => detections)) {
      if (ttdIntervalMs === undefined) continue;
      widths.set(detector, [...(widths.get(detector) ?? []), ttdIntervalMs[1] - ttdIntervalMs[0]]);
    }
    const byWidth = [...widths].toSorted(([, a], [, b]) => median(a) - median(b));
    const [narrowest] = byWidth;
    if (narrowest === undefined) return skipped('no detection has an interval');
    const all = byWidth.map(([detector, values]) => `${detector} ${median(values).toFixed(2)}`).join(', ');
    return measured(narrowest[1], all);
  },
};

function trialsOf(days: readonly GameDay[]): readonly Scorecard['scenarios'][number]['trials'][number][] {
  return days.flatMap(({ scorecard }) => scorecard.scenarios.flatMap(({ trials }) => trials));
}
