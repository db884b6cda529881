import { formatDuration } from '../model/duration.ts';
import type { Environment } from '../model/environment.ts';
import { RefusedError } from '../model/errors.ts';
import type { FaultPermissions } from '../model/fault.ts';
import type { BoundFault, BoundLoad, BoundScenario, RunRequest } from '../model/run.ts';
import { touchedBy } from './touched.ts';

/** An expectation is heard to 3 × its SLO (J20), so a fault that has no `maxExposure` is in no longer than that. */
const horizonFactor = 3;

/** How much of one budget a run would use; `plan` shows it. */
export interface BudgetUse {
  readonly budget: 'concurrentFaults' | 'resources' | 'exposureMinutes' | 'apiWrites' | 'load' | 'virtualUsers';
  readonly used: number;
  readonly allowed: number;
}

type Planned = Pick<RunRequest, 'environmentName' | 'environment' | 'scenarios' | 'trials'>;

/**
 * Compares what the scenarios would use with the environment's budgets, before anything is touched. Exposure is the
 * longest that may happen, API writes are those of injections and reverts that all go through. Throws a
 * `RefusedError` with everything that is over.
 */
export function checkBudgets(run: Planned): readonly BudgetUse[] {
  const { budgets } = run.environment;
  const uses = budgetUses(run);
  const over = uses
    .filter((use) => use.used > use.allowed)
    .map((use) => `${words[use.budget]} ${round(use.used)} of ${use.allowed} (budgets.${use.budget})`);
  const tooLong = run.scenarios.flatMap(({ scenario }) => tooLongExposure(scenario, run.environment));
  if (over.length + tooLong.length === 0) return uses;
  const todo = 'Nothing was touched. Run fewer scenarios or trials, or raise the budget in windshear.yaml';
  const most = `longest allowed ${formatDuration(budgets.maxExposure)} (budgets.maxExposure)`;
  const problems = [...over, ...(tooLong.length > 0 ? [`${tooLong.join(', ')}, ${most}`] : [])];
  throw new RefusedError(
    'over-budget',
    `The run is over the budgets of environment '${run.environmentName}': ${problems.join('; ')}. ${todo}.`,
  );
}

const words = {
  concurrentFaults: 'faults at once',
  resources: 'resources touched',
  exposureMinutes: 'minutes of exposure',
  apiWrites: 'API writes',
  load: 'requests a second of load',
  virtualUsers: 'virtual users of load',
} as const;

/** Adds up what a run would use of each budget. */
export function budgetUses(run: Planned): readonly BudgetUse[] {
  const { environment, scenarios } = run;
  const { budgets } = environment;
  const trialsOf = (bound: BoundScenario) => run.trials ?? bound.scenario.trials;
  const touched = [...touchedBy(scenarios).values()].flatMap((names) => [...names.values()]);
  const exposureMs = sum(scenarios, (bound) => trialsOf(bound) * longestExposureMs(bound, environment));
  const writes = sum(
    scenarios,
    (bound) => trialsOf(bound) * sum(bound.faults, writesOf) + sum(bound.control, writesOf),
  );
  return [
    {
      budget: 'concurrentFaults',
      // Scenarios wait for each other; the faults of one are in together.
      used: Math.max(0, ...scenarios.map((bound) => Math.max(bound.faults.length, bound.control.length))),
      allowed: budgets.concurrentFaults,
    },
    { budget: 'resources', used: sum(touched, (count) => count), allowed: budgets.resources },
    { budget: 'exposureMinutes', used: exposureMs / 60_000, allowed: budgets.exposureMinutes },
    { budget: 'apiWrites', used: writes, allowed: budgets.apiWrites },
    { budget: 'load', used: sum(scenarios, ({ load }) => rateOf(load)), allowed: budgets.load },
    { budget: 'virtualUsers', used: sum(scenarios, ({ load }) => usersOf(load)), allowed: budgets.virtualUsers },
  ];
}

/** Tells how many requests a second a load sends at most. */
export function rateOf(load: BoundLoad | undefined): number {
  return load === undefined ? 0 : load.definition.ratePerSecond(load.params as never);
}

/** Tells how many virtual users a load has at most; one that has none sends by its rate alone. */
function usersOf(load: BoundLoad | undefined): number {
  return load?.definition.virtualUsers?.(load.params as never) ?? 0;
}

/** Tells the longest that the faults of one trial may be in. */
export function longestExposureMs({ scenario }: BoundScenario, environment: Environment): number {
  if (scenario.maxExposure !== undefined) return scenario.maxExposure;
  const { detections, guardrails, blind, blindGuardrails } = scenario.expect;
  const recoveries = (scenario.load?.expect ?? []).filter((e) => e.figure === 'recovery');
  const slos = [...detections, ...guardrails, ...blind, ...blindGuardrails, ...recoveries].map(
    (expectation) => expectation.within,
  );
  const settledMs = Math.max(0, ...slos) * horizonFactor;
  return Math.min(Math.max(settledMs, scenario.hold ?? environment.hold), environment.budgets.maxExposure);
}

function tooLongExposure(scenario: BoundScenario['scenario'], environment: Environment): readonly string[] {
  const { maxExposure, id } = scenario;
  if (maxExposure === undefined) {
    return environment.staging === 'live' ? [`maxExposure of '${id}' is required in a live environment`] : [];
  }
  return maxExposure > environment.budgets.maxExposure
    ? [`maxExposure of '${id}' is ${formatDuration(maxExposure)}`]
    : [];
}

const reading = /^(get|list|describe|head|lookup|search|read|watch|check|simulate)/i;

/** Counts the changing calls that a fault declares: one of each action to inject, one to revert. */
function writesOf(fault: BoundFault): number {
  const { inject, revert } = permissionsOf(fault);
  const writing = (actions: readonly string[]) => actions.filter((action) => !reading.test(verbOf(action))).length;
  return writing(inject) + writing(revert);
}

/** Tells what a bound fault must be allowed to do. */
export function permissionsOf(fault: BoundFault): FaultPermissions {
  const { permissions } = fault.definition;
  return typeof permissions === 'function' ? permissions(fault.params as never) : permissions;
}

/** `s3:PutBucketPolicy` → `PutBucketPolicy`, `create pods` → `create`. */
function verbOf(action: string): string {
  return action.slice(action.indexOf(':') + 1);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
