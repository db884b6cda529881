import { type BudgetUse, budgetUses, longestExposureMs, permissionsOf, rateOf } from '../engine/budgets.ts';
import type { AskedRight } from '../engine/rights.ts';
import { conflictBetween, footprintOf } from '../engine/schedule.ts';
import type { ShareUse } from '../engine/shares.ts';
import { isWatched } from '../engine/watch-fault.ts';
import type { Environment } from '../model/environment.ts';
import { addressOf } from '../model/environment-lease.ts';
import { UsageError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { holdsReference } from '../model/references.ts';
import type { BoundFault, BoundLoad, BoundScenario } from '../model/run.ts';
import { expectationId } from '../model/scenario.ts';
import { windowText } from '../model/window.ts';
import { type PolicyDocument, policyFor } from './least-privilege.ts';
import { type RoleManifest, rolesFor } from './least-roles.ts';

/** One step of a scenario: an injection of its control or fault, with the calls that it declares. */
export interface PlannedStep {
  readonly role: 'control' | 'fault';
  readonly fault: string;
  readonly calls: {
    readonly capture: readonly string[];
    readonly inject: readonly string[];
    readonly revert: readonly string[];
  };
  readonly touches: readonly string[];
  readonly impairs: readonly string[];
  readonly residue: readonly string[];
  /** True where the scenario itself says what is touched and how it is undone. */
  readonly selfDeclared: boolean;
}

export interface PlannedScenario {
  readonly id: string;
  readonly title: string;
  readonly trials: number;
  readonly steps: readonly PlannedStep[];
  readonly load?: {
    readonly type: string;
    readonly ratePerSecond: number;
    readonly beforeMs: number;
    readonly afterMs: number;
    /** Ids of what is expected of it. */
    readonly expects: readonly string[];
  };
  readonly waitsFor: readonly { readonly scenario: string; readonly why: string }[];
  readonly exposureMs: number;
  readonly expectedMs: number;
}

/** What a run would do. Nothing of it has been done. */
export interface Plan {
  readonly environment: string;
  readonly staging: Environment['staging'];
  readonly scenarios: readonly PlannedScenario[];
  readonly budgets: readonly BudgetUse[];
  readonly exposureMs: number;
  readonly expectedMs: number;
  /** When the environment may be touched, each as text; empty where at any time. */
  readonly windows: readonly string[];
  /** The lease that a run takes, where the environment names one. */
  readonly lease?: { readonly at: string; readonly ttlMs: number; readonly mirrored: boolean };
  readonly policies: { readonly tester: PolicyDocument; readonly revert: PolicyDocument };
  /** Least roles in the cluster; empty where nothing of the scenarios is in Kubernetes. */
  readonly roles: { readonly tester: readonly RoleManifest[]; readonly revert: readonly RoleManifest[] };
  /** What the platform answers to each right to inject and to revert; absent where it was not asked. */
  readonly rights?: readonly AskedRight[];
  /** Shares of what exists, where `budgets.share` caps any; absent where the target was not asked. */
  readonly shares?: readonly ShareUse[];
}

export interface PlanRequest {
  readonly environmentName: string;
  readonly environment: Environment;
  readonly scenarios: readonly BoundScenario[];
  readonly trials?: number | undefined;
}

/**
 * Works out what a run would do, from files alone. Throws `UsageError` where a fault cannot be told before a reference
 * into the staging is read.
 */
export function makePlan(request: PlanRequest): Plan {
  const { environment, environmentName, scenarios, trials } = request;
  for (const bound of scenarios) demandTellable(bound);
  const footprints = scenarios.map((bound) => footprintOf(bound, environment));
  const planned = scenarios.map((bound, index): PlannedScenario => {
    const own = footprints[index];
    const waitsFor = footprints.slice(0, index).flatMap((other) => {
      const why = own === undefined ? undefined : conflictBetween(other, own);
      return why === undefined ? [] : [{ scenario: other.scenario, why }];
    });
    const count = trials ?? bound.scenario.trials;
    return {
      id: bound.scenario.id,
      title: bound.scenario.title,
      trials: count,
      steps: [...bound.control.map((f) => step('control', f)), ...bound.faults.map((f) => step('fault', f))],
      ...(bound.load === undefined ? {} : { load: plannedLoad(bound.load) }),
      waitsFor,
      exposureMs: count * longestExposureMs(bound, environment),
      expectedMs: controlWindowMs(bound) + count * expectedTrialMs(bound, environment),
    };
  });
  const injecting = (fault: BoundFault) => permissionsOf(fault).inject;
  const watched = new Set(scenarios.filter(isWatched).flatMap(({ faults }) => faults));
  const reverting = (fault: BoundFault) => {
    const { observe, revert, watch = [] } = permissionsOf(fault);
    return [...observe, ...revert, ...(watched.has(fault) ? watch : [])];
  };
  return {
    environment: environmentName,
    staging: environment.staging,
    scenarios: planned,
    budgets: budgetUses({ environmentName, environment, scenarios, ...(trials === undefined ? {} : { trials }) }),
    exposureMs: planned.reduce((sum, one) => sum + one.exposureMs, 0),
    expectedMs: longestChain(planned),
    windows: environment.windows.map(windowText),
    ...plannedLease(environment),
    policies: {
      tester: policyFor(request, { measures: false, actionsOf: injecting }),
      revert: policyFor(request, { measures: true, actionsOf: reverting }),
    },
    roles: {
      tester: rolesFor(request, { name: 'tester', measures: false, actionsOf: injecting }),
      revert: rolesFor(request, { name: 'revert', measures: true, actionsOf: reverting }),
    },
  };
}

function plannedLease({ lease, journal }: Environment): Pick<Plan, 'lease'> {
  if (lease === undefined) return {};
  return { lease: { at: addressOf(lease), ttlMs: lease.ttl, mirrored: journal?.mirror !== undefined } };
}

/** Without the staging, a reference may stand where all that a fault is about should. */
function demandTellable({ scenario, control, faults }: BoundScenario): void {
  for (const fault of [...control, ...faults]) {
    try {
      step('fault', fault);
    } catch (error) {
      if (!holdsReference(fault.params as Json)) throw error;
      const what = `Scenario '${scenario.id}' cannot be planned: '${fault.definition.type}' needs values of the staging`;
      throw new UsageError(`${what}, which is not up. Run: windshear staging up`, { cause: error });
    }
  }
}

function step(role: PlannedStep['role'], fault: BoundFault): PlannedStep {
  const { definition, params } = fault;
  const { observe, inject, revert } = permissionsOf(fault);
  return {
    role,
    fault: definition.type,
    calls: { capture: observe, inject, revert: definition.kind === 'act' ? [] : revert },
    touches: definition.touches(params as never),
    impairs: definition.impairs(params as never),
    residue: definition.residue,
    selfDeclared: definition.selfDeclared === true,
  };
}

function plannedLoad(load: BoundLoad): NonNullable<PlannedScenario['load']> {
  const { type, before, after, expect } = load.use;
  return {
    type,
    ratePerSecond: rateOf(load),
    beforeMs: before,
    afterMs: after,
    expects: expect.map((expected) => expectationId.load(type, expected)),
  };
}

/** The control's window is the longest SLO among its detectors (DESIGN §2). */
function controlWindowMs({ scenario, control }: BoundScenario): number {
  return control.length === 0 ? 0 : Math.max(0, ...scenario.expect.detections.map((d) => d.within));
}

/** A trial whose expectations are all met in half their SLO; misses take up to three SLOs. */
function expectedTrialMs(bound: BoundScenario, environment: Environment): number {
  const { detections, guardrails, blind, blindGuardrails } = bound.scenario.expect;
  const slos = [...detections, ...guardrails].map((e) => e.within / 2);
  const blindMs = [...blind, ...blindGuardrails].map((e) => e.within);
  const steady = bound.steadyState.reduce((sum, probe) => sum + 2 * probe.use.tolerance.over, 0);
  const stable = guardrails.some((g) => g.outcome === 'reverted') ? environment.stability : 0;
  const seen = Math.max(0, ...slos, ...blindMs) + stable;
  const loadMs = bound.load === undefined ? 0 : bound.load.use.before + bound.load.use.after;
  return steady + loadMs + Math.max(seen, bound.scenario.hold ?? environment.hold);
}

/** Scenarios run side by side unless they wait: the longest chain of waits decides. */
function longestChain(planned: readonly PlannedScenario[]): number {
  const ends = new Map<string, number>();
  for (const one of planned) {
    const start = Math.max(0, ...one.waitsFor.map(({ scenario }) => ends.get(scenario) ?? 0));
    ends.set(one.id, start + one.expectedMs);
  }
  return Math.max(0, ...ends.values());
}
