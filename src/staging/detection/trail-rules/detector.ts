import type { DetectorParts, TestableDetector } from '../detector.ts';
import { outward } from '../options.ts';
import type { Rules } from '../rules.ts';
import { type Finding, ruleFinding, sampleFinding, unrelatedFinding } from './finding.ts';

export interface TrailRulesParts extends DetectorParts {
  readonly rules: Rules;
  /** Puts a finding on the bus. */
  readonly deliver: (finding: Finding) => void;
}

/** Watches the trail by Rego rules and speaks OCSF. */
export function trailRules({ rules, deliver, switches, clock, signal, newId }: TrailRulesParts): TestableDetector {
  const out = outward(deliver, switches, { clock, signal });
  return {
    handle(record) {
      if (!switches.rules) return;
      for (const alert of rules(record)) out.raise(ruleFinding(alert, record, clock.epochMs()));
    },
    test: (marker) => out.prove(sampleFinding(marker, newId(), clock.epochMs())),
    chatter: (arn) => out.raise(unrelatedFinding('inventory-read-burst', arn, newId(), clock.epochMs())),
  };
}
