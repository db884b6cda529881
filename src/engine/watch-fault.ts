import { CallError } from '../model/call.ts';
import type { BoundScenario } from '../model/run.ts';
import { failureText } from './failure-text.ts';
import { horizonFactor } from './judge-detection.ts';
import { contextFor, type LiveFault, readState } from './live-fault.ts';
import { newOutage } from './outage.ts';
import { newPulse } from './pulse.ts';
import { expectationsOf, type Trial } from './trial-state.ts';

/**
 * Reads the live state again and again while a fault is in, and at once where the target tells of a change, so that its
 * effect, a guardrail and its return are seen.
 */
export async function watchFault(trial: Trial, fault: LiveFault, signal: AbortSignal): Promise<void> {
  const { clock } = trial.deps.request;
  const outage = newOutage(`Reading the state of '${fault.definition.type}'`, trial.deps.log);
  const changed = newPulse(clock);
  const following = follow(trial, fault, { signal, onChange: changed.beat });
  while (!signal.aborted) {
    const began = clock.monoMs();
    try {
      await readState(fault, trial.injection, signal);
      outage.over();
    } catch (error) {
      if (signal.aborted) break;
      outage.failed(failureText(error));
    }
    trial.pulse.beat();
    try {
      await changed.wait(nextLookMonoMs(trial, began), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  await following;
}

/** When to look again: after a poll, or where a guardrail's time is over before that, then, since that look decides. */
export function nextLookMonoMs(trial: Trial, beganMonoMs: number): number {
  const { environment } = trial.deps.request;
  const t0 = trial.faults.flatMap((fault) => fault.t0?.monoMs ?? []);
  const horizons = expectationsOf(trial.bound)
    .guardrails.flatMap(({ sloMs }) => t0.map((monoMs) => monoMs + horizonFactor * sloMs))
    .filter((horizon) => horizon > beganMonoMs);
  return Math.min(beganMonoMs + environment.poll, ...horizons);
}

/** Whether somebody is to take the scenario's faults back: how short a heal and a drift are, only a watch tells (J16). */
export function isWatched({ scenario }: BoundScenario): boolean {
  return scenario.expect.guardrails.some(({ outcome }) => outcome === 'reverted');
}

/** So long is waited before a watch that ended is opened once more; meanwhile the state is polled. */
const againMs = 500;

/** Has the target tell of changes, where it can. */
async function follow(
  trial: Trial,
  fault: LiveFault,
  { signal, onChange }: { readonly signal: AbortSignal; readonly onChange: () => void },
): Promise<void> {
  const { watch, type } = fault.definition;
  if (watch === undefined || !isWatched(trial.bound)) return;
  const outage = newOutage(`Watching what '${type}' changed`, trial.deps.log);
  while (!signal.aborted) {
    try {
      const { ctx } = await contextFor(fault, trial.injection, 'observe', signal);
      await watch(ctx, fault.bound.params, () => {
        outage.over();
        onChange();
      });
    } catch (error) {
      if (signal.aborted) return;
      outage.failed(failureText(error));
      // A right that is missing does not come; the polls go on.
      if (error instanceof CallError && error.kind === 'denied') return;
    }
    await trial.deps.request.clock.sleep(againMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
