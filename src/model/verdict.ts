/** What can be said of one expectation, control, rollback or trial; see DESIGN of the verdict rules in the README. */
export const detectionVerdicts = ['detected', 'late', 'missed', 'attempt', 'inconclusive'] as const;
export const blindnessVerdicts = ['blind', 'not-blind', 'inconclusive'] as const;
export const guardrailVerdicts = ['prevented', 'reverted', 'mitigated', 'late', 'absent', 'inconclusive'] as const;
export const controlVerdicts = ['quiet', 'noisy', 'blocked', 'unheard', 'inconclusive'] as const;
export const impactVerdicts = ['held', 'breached', 'skipped', 'inconclusive'] as const;
export const rollbackVerdicts = ['clean', 'by-guardrail', 'dirty', 'unverified', 'none'] as const;
export const trialVerdicts = ['passed', 'failed', 'inconclusive', 'aborted', 'errored'] as const;

export type DetectionVerdict = (typeof detectionVerdicts)[number];
export type BlindnessVerdict = (typeof blindnessVerdicts)[number];
export type GuardrailVerdict = (typeof guardrailVerdicts)[number];
export type RollbackVerdict = (typeof rollbackVerdicts)[number];
export type TrialVerdict = (typeof trialVerdicts)[number];

/** Every `reasonCode`, with what it means and what to do next; `windshear explain` prints it. */
export const reasonCodes = {
  'in-time': 'The signal reached us within the SLO.',
  'after-slo': 'It happened, but after the SLO and before the horizon.',
  'no-alert': 'The path was proven alive after the injection, and no matching signal came before the horizon.',
  'detector-down':
    'Delivery works, but the canary rule stayed silent: the rules of the detector are not evaluated. (J3)',
  'assumed-alive': 'Nothing came, and the environment declares the detector alive without proof. (J3)',
  'channel-unproven':
    'No canary raised after the injection arrived, or the detector could not be asked, so silence proves nothing. (J2)',
  'time-ambiguous': 'A signal without marker lies within the clock error of the injection. (J7)',
  'already-firing': 'The alert was open before, and its format cannot show a recurrence. (J8)',
  'severity-too-low': 'A matching signal came, with a lower severity than the expected one. (J11)',
  'no-severity': 'The expectation names a severity and the source states none. (J11)',
  'not-asked': 'The change went through, but nothing came of it that the guardrail would have judged. (J15)',
  'effect-unproven': 'The injected state was not read back, nor found in an audit source. (J12)',
  'nobody-acted': 'What somebody else was to do (`external`) was told of by nobody. (J12)',
  'gone-before-slo':
    'The fault was gone before the SLO of a detector that sees state (J14), or before what users feel of it could be told.',
  'late-unknown': 'The fault was gone between SLO and horizon and had not been detected. (J14)',
  'pre-empted': 'Another guardrail refused the change first. (J15)',
  'own-rights': 'The tester lacked the right itself; no guardrail was tested. (J15)',
  mutated: 'A mutating guardrail let the call through and neutralised the change. (J15)',
  'guardrail-down': 'The guardrail was unreachable and failed closed. (J15)',
  'failed-open': 'The guardrail was unreachable and failed open. (J15)',
  'not-attributed': 'The change was refused, but the answer does not say by whom. (J15)',
  'reverter-unknown': 'The fault was taken back, but no evidence says by whom. (J16)',
  'reverted-by-other': 'Somebody other than this guardrail took the fault back. (J16)',
  'better-than-expected': 'A stronger guardrail verdict than the expected one. (J17)',
  'still-in': 'The fault was still in at the horizon.',
  'not-felt': 'The probe that shows a mitigation never left its tolerance, so there was nothing to mitigate. (J17)',
  altered: 'Somebody altered what was injected, and did not put back what had been before. (J16)',
  'not-stable': 'The fault was taken back and came again before the stability window ended. (J16)',
  'prevented-first': 'The change was refused, so its effect could not be detected. (J18)',
  'not-prevented': 'The change went through, so there was no refused attempt to detect. (J18)',
  'poll-too-coarse': 'The SLO falls inside the interval between two polls. (J20)',
  'canary-lost': 'The canary raised while the fault was in stayed lost until the SLO.',
  'canary-passed': 'The canary raised while the fault was in arrived.',
  'canary-not-proven': 'A canary before or after the fault did not pass, so the loss proves nothing.',
  'guardrail-off': 'The guardrail refused its canary before and after the fault, and let it through in between.',
  'guardrail-on': 'The guardrail still refused its canary while the fault was in.',
  'detector-blind': 'The fault itself had blinded the detector before this could be judged.',
  'harness-frozen':
    'The harness itself stood still for a part of the time, so what it had not heard by then proves nothing.',
  overload: 'More signals came than could be kept; silence proves nothing.',
  'no-alerts': 'No matching signal was raised against the control in its window.',
  'no-detector': 'The scenario expects nothing of a detector, so nobody listened whether one alerts on the control.',
  'alerted-on-control': 'A matching signal was raised against the control. (J10)',
  'control-refused': 'The control was refused although it is permitted.',
  'control-failed': 'The control could not be injected or proven.',
  'not-listened': 'The trial ended before this could be listened for.',
  stopped: 'A person or a signal ended the trial, or this was still open when it ended.',
  'stop-condition': 'A probe limit, a time box or an error budget ended the trial.',
  'safety-rule': 'A safety rule refused what the trial was about to do.',
  errored: 'The harness failed in this trial.',
  'not-injected': 'Nothing was injected.',
  'within-tolerance': 'The probe stayed within its tolerance.',
  'out-of-tolerance': 'The probe left its tolerance.',
  skipped: 'The probe was left out: this machine lacks what it needs.',
  'too-few-samples': 'Too few requests were due for this figure.',
  'not-measured': 'The probe could not be measured, or the state of the fault not be read.',
  'load-failed':
    'The load did not run as declared: it failed, ended before the fault was taken out, or fell behind its rate.',
  'read-back-equal': 'The state read back equals the pre-image.',
  'gone-already': 'Our delta was gone before the revert.',
  'left-altered': 'Someone altered our delta; it was left as it is.',
  'revert-failed': 'The revert did not succeed within its budget.',
  'verify-failed': 'The state could not be read back after the revert.',
  'nothing-to-revert': 'The change was refused, done once, or never proven to be in; there is nothing to take back.',
} as const;

export type ReasonCode = keyof typeof reasonCodes;

/** Orders verdicts for baseline and diff: higher is better; undefined stands for inconclusive. */
export function verdictRank(verdict: DetectionVerdict | BlindnessVerdict | GuardrailVerdict): number | undefined {
  if (verdict === 'inconclusive') return undefined;
  if (verdict === 'missed' || verdict === 'absent' || verdict === 'not-blind') return 0;
  return verdict === 'late' ? 1 : 2;
}
