import type { Marker } from '../../../src/model/marker.ts';
import { falcoAlert } from '../falco-alerts.ts';

/** Alerts in a flood, and how many expectations wait for one of them. */
export interface FloodPlan {
  readonly alerts: number;
  readonly expectations: number;
}

/** What must be said of an expectation: its alert is among the first half, among the second, or never sent. */
export type Fate = 'detected' | 'late' | 'missed';

/** Deals out fates so that half of all expectations are met. */
export function fateOf(expectation: number): Fate {
  const digit = expectation % 10;
  return digit < 5 ? 'detected' : digit < 9 ? 'late' : 'missed';
}

/** `ws` and 12 characters, another for each expectation. */
export function markerOf(expectation: number): Marker {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const digits = Array.from({ length: 12 }, (_, place) => letters[Math.floor(expectation / 32 ** place) % 32]);
  return `ws${digits.join('')}`;
}

/** The `n`th alert of a flood: one in some belongs to an expectation, spread evenly over its half. */
export function alertOf(n: number, plan: FloodPlan): string {
  const expectation = expectationOf(n, plan);
  if (expectation === undefined) return falcoAlert(n);
  return falcoAlert(n, `curl -A "windshear/1 ${markerOf(expectation)}.i" http://models.internal/`);
}

function expectationOf(n: number, { alerts, expectations }: FloodPlan): number | undefined {
  const half = Math.floor(alerts / 2);
  const inHalf = n < half ? n : n - half;
  const step = Math.floor(half / expectations);
  const expectation = inHalf / step;
  if (!Number.isInteger(expectation) || expectation >= expectations) return undefined;
  return fateOf(expectation) === (n < half ? 'detected' : 'late') ? expectation : undefined;
}
