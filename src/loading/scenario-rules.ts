import { basename, extname } from 'node:path';
import { techniqueProblem } from '../model/attack.ts';
import { formatDuration } from '../model/duration.ts';
import { suggestion } from '../model/nearest.ts';
import type { Path } from '../model/problems.ts';
import { holdsReference } from '../model/references.ts';
import { expectationId } from '../model/scenario.ts';
import type { ScenarioCheck } from './scenario-check.ts';

/** Checks what a scenario says about itself: ids, names, techniques, tolerances, times. */
export function checkScenario(check: ScenarioCheck): void {
  checkFileName(check);
  checkReferences(check);
  checkTechniques(check);
  checkFaultNames(check);
  checkExpectationIds(check);
  checkTolerances(check);
  checkTrials(check);
  checkExposure(check);
  checkImpactWindows(check);
  const { control, expect } = check.scenario;
  // What else is expected, a control tells nothing of.
  if (control.length === 0 && expect.detections.length + expect.guardrails.length > 0)
    check.warn(
      [],
      `the scenario '${check.scenario.id}' has no control, so a detector that alerts on everything would pass.`,
    );
}

function checkFileName({ file, scenario, problem }: ScenarioCheck): void {
  const name = basename(file.path, extname(file.path));
  if (name !== scenario.id) problem(['id'], `id must be the file's name, '${name}', got '${scenario.id}'.`);
}

/** References are resolved in `with` only; elsewhere they would be taken by their letters. */
function checkReferences({ file, problem }: ScenarioCheck): void {
  const walk = (value: unknown, path: Path): void => {
    if (typeof value === 'string' && holdsReference(value))
      problem(path, `references are read inside 'with' only, got '${value}'.`);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value))
      if (key !== 'with') walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(file.source.value, []);
}

function checkTechniques({ scenario, problem }: ScenarioCheck): void {
  for (const [index, id] of (scenario.techniques ?? []).entries()) {
    const message = techniqueProblem(id);
    if (message !== undefined) problem(['techniques', index], `techniques[${index}] ${message}.`);
  }
}

function checkFaultNames({ scenario, problem }: ScenarioCheck): void {
  const names = new Set<string>();
  for (const [index, { as }] of scenario.faults.entries()) {
    if (as === undefined) continue;
    if (names.has(as)) problem(['faults', index, 'as'], `two faults are named '${as}'.`);
    names.add(as);
  }
  const { detections, guardrails } = scenario.expect;
  const uses = [
    ...detections.map((e, index) => ({ fault: e.fault, path: ['expect', 'detections', index, 'fault'] })),
    ...guardrails.map((e, index) => ({ fault: e.fault, path: ['expect', 'guardrails', index, 'fault'] })),
  ];
  for (const { fault, path } of uses)
    if (fault !== undefined && !names.has(fault))
      problem(path, `no fault of this scenario is named '${fault}' (as: …)${suggestion(fault, names)}`);
}

function checkExpectationIds({ scenario, problem }: ScenarioCheck): void {
  const { detections, guardrails, blind, blindGuardrails } = scenario.expect;
  const all: readonly { readonly id: string; readonly path: Path }[] = [
    ...detections.map((e, i) => ({ id: expectationId.detection(e), path: ['expect', 'detections', i] })),
    ...guardrails.map((e, i) => ({ id: expectationId.guardrail(e), path: ['expect', 'guardrails', i] })),
    ...blind.map((e, i) => ({ id: expectationId.blind(e), path: ['expect', 'blind', i] })),
    ...blindGuardrails.map((e, i) => ({ id: expectationId.blindGuardrail(e), path: ['expect', 'blindGuardrails', i] })),
    ...scenario.impact.map((e, i) => ({ id: expectationId.probe(e), path: ['impact', i] })),
    ...loadIds(scenario),
  ];
  if (all.length === 0)
    problem(
      ['expect'],
      `the faults of '${scenario.id}' have no expectation: name a detection, a guardrail, a blind detector or an impact.`,
    );
  const seen = new Set<string>();
  for (const { id, path } of all) {
    if (seen.has(id)) problem(path, `two expectations have the id '${id}'; give one an id of its own (id: …).`);
    seen.add(id);
  }
  const steady = new Set<string>();
  for (const [i, e] of scenario.steadyState.entries()) {
    const id = expectationId.probe(e);
    if (steady.has(id))
      problem(['steadyState', i], `two probes have the id '${id}'; give one an id of its own (id: …).`);
    steady.add(id);
  }
}

function loadIds({ load }: ScenarioCheck['scenario']): readonly { readonly id: string; readonly path: Path }[] {
  if (load === undefined) return [];
  return load.expect.map((e, i) => ({ id: expectationId.load(load.type, e), path: ['load', 'expect', i] }));
}

function checkTolerances({ scenario, problem }: ScenarioCheck): void {
  for (const list of ['steadyState', 'impact'] as const)
    for (const [index, { tolerance }] of scenario[list].entries()) {
      const path = [list, index, 'tolerance'];
      const { atLeast, atMost } = tolerance;
      if (atLeast === undefined && atMost === undefined) problem(path, 'a tolerance needs atLeast, atMost or both.');
      if (atLeast !== undefined && atMost !== undefined && atLeast > atMost)
        problem(path, `no value is at least ${atLeast} and at most ${atMost}.`);
    }
}

function checkTrials({ scenario: { pass, trials }, problem }: ScenarioCheck): void {
  if (pass !== 'all' && pass.hits > trials)
    problem(['pass', 'hits'], `pass.hits must be at most the number of trials, ${trials}, got ${pass.hits}.`);
}

const horizonFactor = 3;

/** What is measured while the fault is in is cut short when that has to go. */
function checkImpactWindows({ scenario, environment, environmentName, problem }: ScenarioCheck): void {
  const most = scenario.maxExposure ?? environment.budgets.maxExposure;
  const what = scenario.maxExposure === undefined ? `budgets.maxExposure of '${environmentName}'` : 'maxExposure';
  for (const [index, { tolerance }] of scenario.impact.entries())
    if (tolerance.over >= most)
      problem(
        ['impact', index, 'tolerance', 'over'],
        `over must be less than ${what}, ${formatDuration(most)}, since the fault is in no longer than that, got ${formatDuration(tolerance.over)}.`,
      );
}

/** A fault that goes too early makes what should have seen it inconclusive (J14). */
function checkExposure({ scenario, environment, environmentName, problem }: ScenarioCheck): void {
  const { maxExposure, hold, expect } = scenario;
  if (maxExposure === undefined) {
    if (environment.staging === 'live')
      problem([], `maxExposure is required, since '${environmentName}' is a live environment.`);
    return;
  }
  const stateSlos = expect.detections.filter((e) => environment.detectors[e.detector]?.sees === 'state');
  const longest = Math.max(0, ...[...stateSlos, ...expect.guardrails].map((e) => e.within));
  const got = formatDuration(maxExposure);
  if (maxExposure < longest * horizonFactor)
    problem(
      ['maxExposure'],
      `maxExposure must be at least ${formatDuration(longest * horizonFactor)}, 3 × the longest SLO of state detectors and guardrails, got ${got}.`,
    );
  if (maxExposure > environment.budgets.maxExposure)
    problem(
      ['maxExposure'],
      `maxExposure must be within the budget of '${environmentName}', ${formatDuration(environment.budgets.maxExposure)}, got ${got}.`,
    );
  if (hold !== undefined && hold > maxExposure)
    problem(['hold'], `hold must be at most maxExposure, ${got}, got ${formatDuration(hold)}.`);
}
