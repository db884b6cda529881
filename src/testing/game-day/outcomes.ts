import type { Scorecard, TrialResult } from '../../model/scorecard.ts';

/** What came of a scenario, by part: expectation ids, `control`, `steadyState`, `rollback` and the trial itself. */
export type Outcome = Readonly<Record<string, string>>;

const quiet = { trial: 'passed', control: 'quiet', steadyState: 'held', rollback: 'clean' };

/** What a game day in the complete embedded staging comes to, its gaps included. */
export const fullOutcomes: Readonly<Record<string, Outcome>> = {
  'role-over-privilege': {
    ...quiet,
    'identity-rules/admin-policy-attached': 'detected',
    'identity-remediator/reverted': 'reverted',
    rollback: 'by-guardrail',
  },
  'trust-policy-opened': {
    ...quiet,
    'trail-rules/trust-policy-foreign-account': 'detected',
    'posture/ForeignTrust': 'detected',
  },
  'bucket-policy-flip-guarded': {
    ...quiet,
    'trail-rules/s3-public-policy-attempt': 'attempt',
    'block-public-access/prevented': 'prevented',
    rollback: 'none',
  },
  'bucket-policy-flip': {
    ...quiet,
    'trail-rules/s3-public-policy': 'detected',
    'posture/PublicBucket': 'detected',
  },
  'lambda-environment-drift': {
    ...quiet,
    'trail-rules/lambda-environment-*': 'missed (no-alert)',
    trial: 'failed',
  },
  'rogue-instance': { ...quiet, 'profile/unusual-action': 'detected' },
  'trail-stopped': { ...quiet, 'trail-rules/trail-stopped': 'detected', 'trail-rules/blind': 'blind' },
  'access-key-refused': {
    ...quiet,
    'identity-rules/access-key-attempt': 'attempt',
    'explicit-deny/prevented': 'prevented',
    rollback: 'none',
  },
  'rogue-privileged-pod': {
    ...quiet,
    'audit-rules/rogue-pod-attempt': 'attempt',
    'admission/prevented': 'prevented',
    rollback: 'none',
  },
  'rogue-bare-pod': {
    ...quiet,
    'audit-rules/unknown-image': 'detected',
    'profile/unusual-action': 'detected',
  },
  'cluster-admin-binding': {
    ...quiet,
    'audit-rules/cluster-admin-binding': 'detected',
    'binding-remediator/reverted': 'reverted',
    rollback: 'by-guardrail',
  },
  'release-image-drift': {
    ...quiet,
    'profile/unusual-action': 'detected',
    'release-reconciler/reverted': 'reverted',
    rollback: 'by-guardrail',
  },
  'service-account-sprawl': {
    ...quiet,
    'audit-rules/service-account-sprawl': 'late (after-slo)',
    trial: 'failed',
  },
  'inference-endpoint-exposed': { ...quiet, 'posture/EndpointExposed': 'detected' },
  'region-failover': { ...quiet, 'uptime/RegionDown': 'detected', 'router/mitigated': 'mitigated' },
};

/** Reads the outcome of every scenario's last trial; a part that is not as one would wish stands with its reason. */
export function outcomesOf(scorecard: Scorecard): Readonly<Record<string, Outcome>> {
  return Object.fromEntries(
    scorecard.scenarios.map(({ id, trials }) => {
      const trial = trials.at(-1);
      return [id, trial === undefined ? {} : outcomeOf(trial)];
    }),
  );
}

const plain = new Set([
  'detected',
  'attempt',
  'blind',
  'prevented',
  'reverted',
  'mitigated',
  'quiet',
  'held',
  'clean',
  'by-guardrail',
  'none',
]);

function outcomeOf(trial: TrialResult): Outcome {
  const judged = [...trial.detections, ...trial.guardrails, ...trial.blindness];
  const { control, rollback, steadyState } = trial;
  const steady = [...new Set(steadyState.map(({ verdict }) => verdict))];
  return {
    trial: trial.verdict,
    ...Object.fromEntries(judged.map((one) => [one.id, worded(one)])),
    ...(control === undefined ? {} : { control: worded(control) }),
    ...(steady.length === 0 ? {} : { steadyState: steady.join(' and ') }),
    rollback: rollback.verdict,
  };
}

function worded({ verdict, reasonCode }: { readonly verdict: string; readonly reasonCode: string }): string {
  return plain.has(verdict) ? verdict : `${verdict} (${reasonCode})`;
}
