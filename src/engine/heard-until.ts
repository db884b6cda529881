import type { Trial } from './trial-state.ts';

/**
 * Tells until when everything that had come is read: now, or, where we stood still until just now, when that began, so
 * that nothing is judged silent before what waited is read. Never goes back.
 */
export function heardUntil(trial: Trial): number {
  const { clock, stalls } = trial.deps.request;
  const now = clock.monoMs();
  trial.heardUntilMonoMs = Math.max(trial.heardUntilMonoMs ?? 0, stalls?.sinceMonoMs(now) ?? now);
  return trial.heardUntilMonoMs;
}
