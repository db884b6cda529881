import { detectorsOf } from './detectors-of.ts';
import { askGuardrails } from './guardrail-canaries.ts';
import { raiseCanaries } from './raise-canaries.ts';
import type { Trial } from './trial-state.ts';

/** Obtains every session beforehand, so that signals about that are not the fault's, and gets canary proof under way. */
export async function arm(trial: Trial): Promise<void> {
  trial.tell('arm');
  const [first] = trial.bound.faults;
  if (first === undefined) return;
  const phases = ['inject', 'control', 'observe', 'revert'] as const;
  const sessions = await trial.meter.outside(() =>
    Promise.all(phases.map((phase) => trial.injection.session(first, phase))),
  );
  const [tester, , , revert] = sessions.map((session) => session.identity.arn);
  trial.identities = {
    tester: tester === undefined ? [] : [roleOf(tester)],
    revert: revert === undefined ? [] : [roleOf(revert)],
  };
  for (const identity of [...trial.identities.tester, ...trial.identities.revert]) trial.deps.identities.add(identity);
  const now = trial.deps.request.clock.monoMs();
  for (const name of detectorsOf(trial.bound)) trial.deps.posts.get(name)?.keeper.proveSince(now);
  await raiseCanaries(trial, 'before');
  await askGuardrails(trial, 'before');
}

/** A session's role: whom a detector names who drops session names. */
function roleOf(arn: string): string {
  return arn.replace(/^(arn:[^:]+):sts:([^:]*:[^:]+):assumed-role\/([^/]+)\/.*$/, '$1:iam:$2:role/$3');
}
