import type { DetectorConfig, GuardrailConfig } from '../model/environment.ts';
import { suggestion } from '../model/nearest.ts';
import type { Path } from '../model/problems.ts';
import type { DetectionExpectation, GuardrailExpectation } from '../model/scenario.ts';
import type { ScenarioCheck } from './scenario-check.ts';

/** Checks the expectations of a scenario against the detectors and guardrails of its environment. */
export function checkExpectations(check: ScenarioCheck): void {
  const { detections, guardrails, blind, blindGuardrails } = check.scenario.expect;
  for (const [index, expected] of detections.entries())
    checkDetection(check, expected, ['expect', 'detections', index]);
  for (const [index, expected] of guardrails.entries())
    checkGuardrail(check, expected, ['expect', 'guardrails', index]);
  for (const [index, { detector: name, canary }] of blind.entries()) {
    const path = ['expect', 'blind', index];
    const detector = detectorOf(check, name, [...path, 'detector']);
    if (detector !== undefined && detector.canary[canary] === undefined)
      check.problem(
        [...path, 'canary'],
        `the detector '${name}' has no ${canary} canary, so its blindness cannot be told.`,
      );
  }
  for (const [index, { guardrail }] of blindGuardrails.entries())
    checkBlindGuardrail(check, guardrail, ['expect', 'blindGuardrails', index, 'guardrail']);
}

function checkDetection(check: ScenarioCheck, expected: DetectionExpectation, path: Path): void {
  const detector = detectorOf(check, expected.detector, [...path, 'detector']);
  const prevented = check.scenario.expect.guardrails.find(
    (e) => e.outcome === 'prevented' && faultIndex(check, e) === faultIndex(check, expected),
  );
  if (prevented !== undefined && expected.of === 'effect')
    check.problem(
      path,
      `this detection must be 'of: attempt', since '${prevented.guardrail}' is expected to prevent the fault (J18).`,
    );
  if (detector === undefined) return;
  if (expected.of === 'attempt' && detector.sees === 'state')
    check.problem(
      [...path, 'of'],
      `the detector '${expected.detector}' sees state, and a refused attempt leaves none to see.`,
    );
  if (expected.severity !== undefined && !canStateSeverity(check, detector))
    check.problem(
      [...path, 'severity'],
      `the detector '${expected.detector}' states no severity, so none can be expected (J11).`,
    );
}

function checkGuardrail(check: ScenarioCheck, expected: GuardrailExpectation, path: Path): void {
  const { catalogue, problem } = check;
  const config = guardrailOf(check, expected.guardrail, [...path, 'guardrail']);
  if (config === undefined) return;
  const definition = catalogue.guardrails.get(config.type);
  if (definition === undefined || definition.outcomes.includes(expected.outcome)) return;
  const offered = definition.outcomes.join(' or ');
  problem(
    [...path, 'outcome'],
    `the guardrail '${expected.guardrail}' (${config.type}) cannot show '${expected.outcome}', only ${offered}.`,
  );
}

function checkBlindGuardrail(check: ScenarioCheck, name: string, path: Path): void {
  const config = guardrailOf(check, name, path);
  if (config === undefined || check.catalogue.guardrails.get(config.type) === undefined) return;
  if (check.catalogue.guardrails.get(config.type)?.canary === undefined)
    check.problem(path, `a guardrail of type '${config.type}' has no canary, so its blindness cannot be told.`);
  else if (config['canary'] === undefined)
    check.problem(
      path,
      `the guardrail '${name}' needs a canary in '${check.environmentName}': an act that it refuses while it works.`,
    );
}

/** The fault that an expectation is about: the last one by default. */
function faultIndex(
  { scenario: { faults } }: ScenarioCheck,
  { fault }: { readonly fault?: string | undefined },
): number {
  return fault === undefined ? faults.length - 1 : faults.findIndex(({ as }) => as === fault);
}

function guardrailOf(
  { environment, environmentName, problem }: ScenarioCheck,
  name: string,
  path: Path,
): GuardrailConfig | undefined {
  const config = own(environment.guardrails, name);
  if (config === undefined)
    problem(
      path,
      `'${environmentName}' has no guardrail '${name}'${suggestion(name, Object.keys(environment.guardrails))}`,
    );
  return config;
}

function detectorOf(
  { environment, environmentName, problem }: ScenarioCheck,
  name: string,
  path: Path,
): DetectorConfig | undefined {
  const detector = own(environment.detectors, name);
  if (detector === undefined)
    problem(
      path,
      `'${environmentName}' has no detector '${name}'${suggestion(name, Object.keys(environment.detectors))}`,
    );
  return detector;
}

function canStateSeverity({ catalogue }: ScenarioCheck, { format }: DetectorConfig): boolean {
  const last = Array.isArray(format) ? format.at(-1) : format;
  const { type, ...params } = typeof last === 'string' ? { type: last } : (last ?? { type: '' });
  const definition = catalogue.formats.get(type);
  const parsed = definition?.params.safeParse(params);
  if (definition?.statesSeverity === undefined || parsed?.success !== true) return true;
  return definition.statesSeverity(parsed.data);
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
