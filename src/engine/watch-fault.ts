import { failureText } from './failure-text.ts';
import { type LiveFault, readState } from './live-fault.ts';
import { newOutage } from './outage.ts';
import type { Trial } from './trial-state.ts';

/** Reads the live state again and again while a fault is in, so that its effect, a guardrail and its return are seen. */
export async function watchFault(trial: Trial, fault: LiveFault, signal: AbortSignal): Promise<void> {
  const { clock, environment } = trial.deps.request;
  const outage = newOutage(`Reading the state of '${fault.definition.type}'`, trial.deps.log);
  while (!signal.aborted) {
    const began = clock.monoMs();
    try {
      await readState(fault, trial.injection, signal);
      outage.over();
    } catch (error) {
      if (signal.aborted) return;
      outage.failed(failureText(error));
    }
    trial.pulse.beat();
    try {
      await clock.sleep(Math.max(1, began + environment.poll - clock.monoMs()), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
