import * as chai from 'chai';
import { UsageError } from '../model/errors.ts';
import { type Claimed, claimBlinded, claimDetected, claimGuarded, claimKind, claimWithin } from './claims.ts';

declare global {
  // biome-ignore lint/style/noNamespace: chai's types are merged in its own namespace; nothing of it is emitted.
  namespace Chai {
    interface Assertion {
      /** Every detection that the scenario expects of this detector is met: `detected`, or `attempt` where refused. */
      detectedBy(detector: string): ScenarioAssertion;
      /** The guardrail refused the change in time. */
      preventedBy(guardrail: string): ScenarioAssertion;
      /** The guardrail took the change back in time, or did better. */
      revertedBy(guardrail: string): ScenarioAssertion;
      /** The guardrail mitigated the change in time, or did better. */
      mitigatedBy(guardrail: string): ScenarioAssertion;
      /** The fault blinded this detector, as the scenario expects. */
      blind(detector: string): Assertion;
      /** Nothing alerted on the control, and nothing blocked it. */
      quietOnControl(): Assertion;
      /** Everything was put back, by us or by a guardrail. */
      rolledBackCleanly(): Assertion;
      /** The steady state held before the fault and again after it. */
      holdSteadyState(): Assertion;
    }
    interface ScenarioAssertion extends Omit<Assertion, 'within'> {
      /** In each trial within this duration (`500ms`, `30s`), which may be shorter than the SLO. */
      within(duration: string): Assertion;
    }
  }
}

const claimedFlag = 'windshear';

/** Claims that were named without saying of whom, since a test began. */
const unasked = new Set<string>();

/** Throws a `UsageError` where a test that has ended named a claim without its parentheses, which claims nothing. */
export function demandAsked(): void {
  const [name] = unasked;
  unasked.clear();
  if (name === undefined) return;
  const todo = `write .${name}('<name>')`;
  throw new UsageError(`'${name}' was named without its parentheses, so nothing was claimed: ${todo}.`);
}

chai.use((_chai, utils) => {
  const { Assertion } = _chai;
  const negated = (assertion: object) => utils.flag(assertion, 'negate') === true;
  const method = (name: string, claim: (object: unknown, name: string, negate: boolean) => Claimed | undefined) => {
    Assertion.addChainableMethod(
      name,
      function (this: object, who: string) {
        unasked.delete(name);
        utils.flag(this, claimedFlag, claim(utils.flag(this, 'object'), who, negated(this)));
      },
      () => unasked.add(name),
    );
  };
  method('detectedBy', claimDetected);
  for (const outcome of ['prevented', 'reverted', 'mitigated'] as const) {
    method(`${outcome}By`, (object, guardrail, negate) => claimGuarded(object, { guardrail, outcome, negate }));
  }
  method('blind', (object, detector, negate) => {
    claimBlinded(object, detector, negate);
    return undefined;
  });
  const kinds = [
    { name: 'quietOnControl', kind: 'control', claim: 'to be quiet on its control' },
    { name: 'rolledBackCleanly', kind: 'rollback', claim: 'to be rolled back cleanly' },
    { name: 'holdSteadyState', kind: 'steady-state', claim: 'to hold its steady state' },
  ] as const;
  for (const of of kinds) {
    const claim = function (this: object) {
      claimKind(utils.flag(this, 'object'), { ...of, negate: negated(this) });
    };
    // Claimed with and without parentheses: without them a method would hold of anything.
    Assertion.addChainableMethod(of.name, claim, claim);
  }
  Assertion.overwriteMethod(
    'within',
    (original: (...args: unknown[]) => void) =>
      function (this: object, ...args: unknown[]) {
        const claimed = utils.flag(this, claimedFlag) as Claimed | undefined;
        if (claimed === undefined) return original.apply(this, args);
        claimWithin(claimed, String(args[0]), negated(this));
      },
  );
});

/** chai's `expect` with the claims about scenarios. */
export const expect: Chai.ExpectStatic = chai.expect;
