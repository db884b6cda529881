/** A condition that must hold for a while before it is an alert. */
export interface Rule {
  /** Takes one evaluation, and says whether the alert begins or ends with it. */
  readonly evaluate: (holds: boolean, monoMs: number) => 'fires' | 'resolves' | undefined;
}

/**
 * Follows Prometheus: pending from the first evaluation that holds, firing once it has held for `forMs`, resolved by the
 * first that does not hold. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 */
export function createRule(forMs: number): Rule {
  let pendingSince: number | undefined;
  let isFiring = false;
  return {
    evaluate(holds, monoMs) {
      if (!holds) {
        pendingSince = undefined;
        if (!isFiring) return undefined;
        isFiring = false;
        return 'resolves';
      }
      pendingSince ??= monoMs;
      if (isFiring || monoMs - pendingSince < forMs) return undefined;
      isFiring = true;
      return 'fires';
    },
  };
}
