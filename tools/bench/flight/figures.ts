import { type Figure, measured, median } from '../figure.ts';
import { fly } from './flight.ts';

const scenarios = 50;

/** The width of a pushed signal's interval is our own measured overhead (J19). */
export const crowdedInterval: Figure = {
  name: `TTD interval p99, ${scenarios} trials`,
  unit: 'ms',
  goal: '< 10',
  measure: async ({ runs }) => {
    const widest: number[] = [];
    const medians: number[] = [];
    const overheads: number[] = [];
    for (let n = 0; n < runs; n++) {
      const card = await fly({ scenarios });
      const trials = card.scenarios.flatMap((scenario) => scenario.trials);
      const widths = trials
        .flatMap(({ detections }) => detections)
        .map(({ ttdIntervalMs: [lower, upper] = [0, Number.POSITIVE_INFINITY] }) => upper - lower)
        .toSorted((a, b) => a - b);
      widest.push(widths[Math.ceil(widths.length * 0.99) - 1] ?? Number.NaN);
      medians.push(median(widths));
      overheads.push(median(trials.map(({ overheadMs }) => overheadMs)));
    }
    const note = `p50 ${median(medians).toFixed(2)} ms; engine overhead ${median(overheads).toFixed(1)} ms a trial`;
    return measured(widest, note);
  },
};
