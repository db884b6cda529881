import type { ReasonCode } from '../model/verdict.ts';
import type { ResultLine } from './results.ts';

/** Says in one sentence what a reader should do about a line that is not met. */
export function nextStep(line: Pick<ResultLine, 'kind' | 'verdict' | 'reasonCode' | 'id' | 'guardrail'>): string {
  if (line.verdict === 'dirty' || line.verdict === 'unverified') return 'Run: windshear recover';
  if (line.kind === 'detection' && line.reasonCode === 'not-attributed')
    return 'Let the detector name what was refused, or expect no attempt where a controller makes it.';
  if (line.guardrail !== undefined && line.reasonCode === 'canary-not-proven')
    return 'Check the guardrail’s canary: it must be refused before and after the fault, and an audit source must record it.';
  const step = steps[line.reasonCode];
  if (step !== undefined) return step;
  return line.verdict === 'late'
    ? 'Shorten the path between event and alert, or agree on a longer SLO.'
    : 'Read the trial’s evidence folder.';
}

/** Says what to do about a reason code, whatever it was said of. */
export function nextStepFor(code: string): string | undefined {
  return new Map<string, string>(Object.entries(steps)).get(code);
}

const steps: Partial<Readonly<Record<ReasonCode, string>>> = {
  'after-slo': 'Shorten the path between event and alert, or agree on a longer SLO.',
  'no-alert': 'Write or enable the rule, or correct the rule name that the scenario expects.',
  'detector-down': 'Start the detector’s rule evaluation: its delivery works, its rules do not run.',
  'assumed-alive': 'Declare a rule or tool canary for this detector, so that silence means something.',
  'channel-unproven': 'Check the path from the detector to windshear: no canary came through, or polls failed.',
  'time-ambiguous': 'Let the detector carry our marker, or declare its clock error more closely.',
  'already-firing': 'Resolve the open alert, or use a format that reports recurrences.',
  'severity-too-low': 'Raise the severity of the rule, or expect a lower one.',
  'no-severity': 'Make the rule state a severity, or drop it from the expectation.',
  'not-asked':
    'Let the fault bring about what the guardrail judges: pods of a Deployment with replicas that is not paused.',
  'effect-unproven':
    'Check the observe rights of the revert identity, the fault’s settle time, and what the scenario itself reads.',
  'nobody-acted': 'Act when windshear says “Now”, on what `touches` names; a detector must tell of it.',
  'gone-before-slo': 'Raise maxExposure, or expect the guardrail that took the fault back.',
  'late-unknown': 'Raise maxExposure above the horizon to learn whether the detector is late.',
  'pre-empted': 'Expect the guardrail that refused the change, or test this one elsewhere.',
  'own-rights': 'Grant the tester the fault’s permissions: see windshear plan.',
  'guardrail-down': 'Bring the guardrail up; it refuses everything while it is down.',
  'failed-open': 'Bring the guardrail up, or let it fail closed.',
  'not-attributed': 'Name the guardrail’s policy or webhook in the environment.',
  'reverter-unknown':
    'Check that a declared audit source covers this resource and all who write to it, and that the guardrail is named by its user or role; or declare onlyWriter for it.',
  'reverted-by-other': 'Expect the guardrail that acted, or find out why this one did not.',
  'still-in': 'Check that the guardrail watches this resource and is running.',
  'not-felt': 'Measure what the fault reaches, and more often than its users are led elsewhere.',
  altered: 'Look at what it is now: whether that is as good as before, windshear cannot tell.',
  'not-stable': 'Find what puts the drift back while the guardrail removes it.',
  'prevented-first': 'Expect the detection of: attempt, since a guardrail refuses the change.',
  'not-prevented': 'Find out why the guardrail let the change through.',
  'poll-too-coarse': 'Poll this detector more often, or give the expectation a longer SLO.',
  'canary-passed': 'The detector was not blinded: correct the expectation, or the fault.',
  'canary-not-proven':
    'Check the detector’s canary: it must pass before and after the fault; a guardrail’s must be refused.',
  'guardrail-on': 'The guardrail was not disabled: correct the expectation, or the fault.',
  'detector-blind': 'Judge this expectation in a scenario that leaves the detector’s sources alone.',
  'harness-frozen': 'Run the scenario again, and neither stop nor starve the harness meanwhile.',
  overload: 'Reduce unrelated alerts, or filter them at the source.',
  'alerted-on-control': 'Narrow the rule: it alerts on a permitted change.',
  'no-detector': 'Expect a detection in this scenario, so that its control is listened to; or leave it as it is.',
  'control-refused': 'Permit the control’s change, or choose a control that policy allows.',
  'control-failed': 'Read the control’s error in the journal and correct its params.',
  'stop-condition': 'Find out why the limit was passed, or raise it in the scenario or in windshear.yaml.',
  'safety-rule': 'Correct the scenario, or what windshear.yaml lists for its target.',
  stopped: 'Run the scenario again when it may finish.',
  errored: 'Run again with --debug and report the error.',
  'not-injected': 'Correct what kept the fault out: its params, its program, or the state that it found.',
  'not-listened': 'Run the scenario again when it may finish.',
  'out-of-tolerance': 'Find out what users felt before the next release.',
  skipped: 'Install what the probe needs, or leave it out of the scenario.',
  'too-few-samples': 'Send more requests a second, or hold the fault in for longer.',
  'load-failed': 'Give the load a rate that this machine keeps up with, and let it last longer than the trial.',
  'not-measured': 'Check that the probe’s target can be reached.',
  'left-altered': 'Compare both images in the journal and settle by hand what is right.',
};
