import { expectationsOf, type Trial } from './trial-state.ts';

/** Raises the canaries of `blind:` expectations; before the fault it also waits for them to pass. */
export async function raiseCanaries(trial: Trial, when: 'before' | 'during' | 'after'): Promise<void> {
  const { request, posts } = trial.deps;
  for (const { detector, canary, sloMs } of expectationsOf(trial.bound).blind) {
    const keeper = posts.get(detector)?.keeper;
    if (keeper === undefined) continue;
    const known = trial.canaries.get(detector) ?? {};
    const fate = await trial.meter.outside(() => keeper.raiseNow(canary));
    trial.canaries.set(detector, { ...known, [when]: fate });
    const until = request.clock.monoMs() + sloMs;
    if (when !== 'before') continue;
    while (fate.raisedMonoMs !== undefined && fate.receivedMonoMs === undefined && request.clock.monoMs() < until) {
      await trial.meter.outside(() => trial.pulse.wait(Math.min(until, request.clock.monoMs() + 100), trial.stop));
    }
  }
}
