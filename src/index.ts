import { registry } from './experiments/host.ts';

export { ClaimError } from './experiments/claim-error.ts';
export { expect } from './experiments/expect.ts';
export { experiment } from './experiments/experiment.ts';
export type { ScenarioView } from './experiments/scenario-view.ts';
export { CallError } from './model/call.ts';
export type { Clock } from './model/clock.ts';
export type { FaultContext, FaultDefinition } from './model/fault.ts';
export { defineFault } from './model/fault.ts';
export type { ScenarioResult, Scorecard, TrialResult } from './model/scorecard.ts';
export type { Signal } from './model/signal.ts';

/**
 * Tells experiments which tests mocha will run. Mocha calls it where its configuration says `"require": ["windshear"]`
 * (https://mochajs.org/features/global-fixtures/).
 */
export function mochaGlobalSetup(this: Mocha.Runner): void {
  registry.runner = this;
}
