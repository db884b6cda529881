import { awaitedByControl, type TrialJudgements } from './judge-trial.ts';
import { expectationsOf, faultFor, type Trial } from './trial-state.ts';

/** Waits for the next signal, read or deadline; sees to canaries where silence may have to be proven. */
export async function waitForNews(
  trial: Trial,
  judgements: TrialJudgements,
  { also }: { readonly also: readonly number[] },
): Promise<void> {
  const { clock, abandon } = trial.deps.request;
  const now = clock.monoMs();
  const deadlines = [...judgements.detections, ...judgements.guardrails, ...judgements.blindness].flatMap(
    (one) => one.deadlinesMonoMs,
  );
  const ahead = [...deadlines, ...also].filter((deadline) => deadline > now);
  const watch = (detector: string, deadline: number) =>
    trial.deps.posts.get(detector)?.listener?.watchDeadline(deadline, trial.pulse.beat);
  const release = [
    ...judgements.detections.flatMap((one) =>
      one.settled ? [] : one.deadlinesMonoMs.map((deadline) => watch(one.result.detector, deadline)),
    ),
    ...awaitedByControl(trial).map(({ detector, endMonoMs }) => watch(detector, endMonoMs)),
  ];
  for (const one of judgements.detections) {
    const t0 = one.settled ? undefined : t0Of(trial, one.result.id);
    if (t0 !== undefined && now >= t0 + one.result.sloMs / 2)
      trial.deps.posts.get(one.result.detector)?.keeper.proveSince(t0);
  }
  // Looks at least twice a second, so that a canary that stays out is raised again.
  await trial.meter.outside(() => trial.pulse.wait(Math.min(now + 500, ...ahead), abandon));
  for (const take of release) take?.();
}

function t0Of(trial: Trial, id: string): number | undefined {
  const expectation = expectationsOf(trial.bound).detections.find((e) => e.id === id);
  return faultFor(trial, expectation?.fault).t0?.monoMs;
}
