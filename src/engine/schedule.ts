import type { Environment } from '../model/environment.ts';
import type { BoundScenario } from '../model/run.ts';
import { contains } from '../model/subjects.ts';
import { detectorsOf } from './detectors-of.ts';

/** What of a scenario decides with whom it may run at the same time. */
export interface Footprint {
  readonly scenario: string;
  readonly touches: readonly string[];
  /** What signals about its faults may name, as far as that is known before. */
  readonly subjects: readonly string[];
  readonly impairs: readonly string[];
  readonly uses: readonly string[];
  /** Detectors that could not tell this trial's signals from another's (no marker, and grouped or without subject). */
  readonly indistinct: readonly string[];
  /** Most that are in at once, its control's included. */
  readonly faults: number;
}

/** Reads a scenario's footprint off its faults, its control and the declarations of the environment. */
export function footprintOf(bound: BoundScenario, environment: Environment): Footprint {
  const injections = [...bound.faults, ...bound.control];
  const of = (part: 'touches' | 'impairs') =>
    injections.flatMap((fault) => fault.definition[part](fault.params as never));
  const { guardrails, blindGuardrails } = bound.scenario.expect;
  const detectors = detectorsOf(bound);
  const declared = (names: readonly string[]) =>
    names.flatMap((name) => (environment.detectors[name] === undefined ? [] : [environment.detectors[name]]));
  const uses = [
    ...declared(detectors).flatMap((detector) => detector.uses),
    ...Object.values(environment.audit).flatMap((audit) => audit.uses),
    ...[...guardrails, ...blindGuardrails].flatMap(({ guardrail }) => environment.guardrails[guardrail]?.uses ?? []),
    ...[...bound.steadyState, ...bound.impact].flatMap(({ use }) => use.uses),
    ...(bound.stopConditions ?? []).flatMap((condition) => (condition.kind === 'probe' ? condition.use.uses : [])),
    ...(bound.load?.use.uses ?? []),
  ];
  return {
    scenario: bound.scenario.id,
    touches: [...new Set(of('touches'))],
    subjects: [
      ...new Set(injections.flatMap(({ definition, params }) => definition.subjects?.(params as never) ?? [])),
    ],
    impairs: [...new Set(of('impairs'))],
    uses: [...new Set(uses)],
    indistinct: detectors.filter((name) => {
      const detector = environment.detectors[name];
      return (
        detector !== undefined &&
        !detector.carries.includes('marker') &&
        (detector.groups || !detector.carries.includes('subject'))
      );
    }),
    // A control is out before the faults go in.
    faults: Math.max(bound.faults.length, bound.control.length),
  };
}

/** Says why two trials may not run at the same time, or answers undefined. */
export function conflictBetween(a: Footprint, b: Footprint): string | undefined {
  if (a.scenario === b.scenario) return 'it is the same scenario';
  const shared = pairUp(a.touches, b.touches);
  if (shared !== undefined) return `both touch ${shared}`;
  const told = pairUp(a.subjects, b.subjects);
  if (told !== undefined) return `signals on both may name ${told}`;
  const impaired = pairUp(a.impairs, b.uses);
  if (impaired !== undefined) return `${a.scenario} impairs ${impaired}, which ${b.scenario} uses`;
  const impairing = pairUp(b.impairs, a.uses);
  if (impairing !== undefined) return `${b.scenario} impairs ${impairing}, which ${a.scenario} uses`;
  const detector = a.indistinct.find((name) => b.indistinct.includes(name));
  return detector === undefined ? undefined : `${detector} cannot tell their signals apart`;
}

function pairUp(some: readonly string[], others: readonly string[]): string | undefined {
  return some.find((one) => others.some((other) => contains(one, other) || contains(other, one)));
}

export interface Scheduled {
  readonly footprint: Footprint;
  readonly run: () => Promise<void>;
  /** Told once it starts: whom it waited for. */
  readonly onStart: (waitedFor: readonly { readonly scenario: string; readonly why: string }[]) => void;
}

/**
 * Runs each as soon as nothing that runs conflicts with it and the budget of concurrent faults allows, in the given
 * order where several may start. Rejects only if a `run` rejects, after all that were started have ended.
 */
export async function runAll(tasks: readonly Scheduled[], concurrentFaults: number): Promise<void> {
  const waiting = tasks.map((task) => ({ task, waitedFor: new Map<string, string>() }));
  const running = new Map<Scheduled, Promise<void>>();
  const failures: unknown[] = [];
  while (waiting.length > 0 || running.size > 0) {
    for (const entry of [...waiting]) {
      if (failures.length > 0) break;
      const why = blockers(entry.task, [...running.keys()], concurrentFaults);
      for (const [scenario, reason] of why) if (!entry.waitedFor.has(scenario)) entry.waitedFor.set(scenario, reason);
      if (why.length > 0) continue;
      waiting.splice(waiting.indexOf(entry), 1);
      entry.task.onStart([...entry.waitedFor].map(([scenario, reason]) => ({ scenario, why: reason })));
      const run = entry.task.run().then(
        () => void running.delete(entry.task),
        (error: unknown) => {
          running.delete(entry.task);
          failures.push(error);
        },
      );
      running.set(entry.task, run);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'Several trials failed inside the harness.');
}

function blockers(
  task: Scheduled,
  running: readonly Scheduled[],
  concurrentFaults: number,
): readonly (readonly [string, string])[] {
  const conflicts = running.flatMap((other) => {
    const why = conflictBetween(task.footprint, other.footprint);
    return why === undefined ? [] : [[other.footprint.scenario, why] as const];
  });
  if (conflicts.length > 0 || running.length === 0) return conflicts;
  const inUse = running.reduce((sum, other) => sum + other.footprint.faults, 0);
  if (inUse + task.footprint.faults <= concurrentFaults) return [];
  return running.map(
    (other) => [other.footprint.scenario, `the budget allows ${concurrentFaults} faults at a time`] as const,
  );
}
