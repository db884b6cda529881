import { formatDuration } from '../model/duration.ts';
import { RefusedError } from '../model/errors.ts';
import type { BoundScenario, RunRequest } from '../model/run.ts';
import { firstOutside, windowText } from '../model/window.ts';
import { budgetUses, longestExposureMs } from './budgets.ts';

type Planned = Pick<RunRequest, 'environmentName' | 'environment' | 'scenarios' | 'trials' | 'clock'>;

/**
 * Holds a run to the environment's `windows`: it begins inside, and all that it may have in for as long as it may be
 * in, one after the other, is out again before they close. Throws a `RefusedError` before anything is touched.
 */
export function checkWindows(run: Planned): void {
  const exposure = budgetUses(run).find(({ budget }) => budget === 'exposureMinutes');
  const controlsMs = run.scenarios.reduce((sum, bound) => sum + controlMs(bound), 0);
  refuseOutside(run, (exposure?.used ?? 0) * 60_000 + controlsMs);
}

/**
 * Holds what is left of a trial to the windows: one that took longer than planned, or would wait for so long for a
 * detector to re-arm, injects nothing that may outlast them.
 */
export function checkWindowsOfTrial(
  run: Planned,
  bound: BoundScenario,
  { next = 'control', waitMs = 0 }: { readonly next?: 'control' | 'fault'; readonly waitMs?: number } = {},
): void {
  const exposureMs = longestExposureMs(bound, run.environment) + (next === 'control' ? controlMs(bound) : 0);
  refuseOutside(run, exposureMs, waitMs);
}

/** Holds an injection to them right before its intent; the later ones of a trial are in no longer than its first may be. */
export function checkWindowsOfIntent(
  run: Planned,
  bound: BoundScenario,
  { role, index }: { readonly role: 'control' | 'fault'; readonly index: number },
): void {
  if (index === 0) checkWindowsOfTrial(run, bound, { next: role });
}

/** A control is in for the longest SLO of its detectors (DESIGN §2). */
function controlMs({ control, scenario }: BoundScenario): number {
  return control.length === 0 ? 0 : Math.max(0, ...scenario.expect.detections.map(({ within }) => within));
}

function refuseOutside({ clock, environment, environmentName }: Planned, exposureMs: number, waitMs = 0): void {
  const { windows, revertBudget } = environment;
  if (windows.length === 0) return;
  const fromEpochMs = clock.epochMs() + waitMs;
  const lastsMs = exposureMs + revertBudget;
  const outside = firstOutside(windows, { fromEpochMs, toEpochMs: fromEpochMs + lastsMs });
  if (outside === undefined) return;
  const when = new Date(outside).toISOString();
  const what =
    outside === fromEpochMs
      ? `it is ${when}${waitMs > 0 ? ` when ${formatDuration(waitMs)} have been waited` : ''}`
      : `what is injected ${waitMs > 0 ? `in ${formatDuration(waitMs)}` : 'now'} may be in, and its revert may take, ${formatDuration(lastsMs)}, and they close at ${when}`;
  throw new RefusedError(
    'outside-window',
    `Environment '${environmentName}' may be touched only in its windows (${windows.map(windowText).join('; ')}): ${what}. Nothing more is injected. Wait for the next one, or run fewer scenarios.`,
  );
}
