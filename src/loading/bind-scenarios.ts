import type { Catalogue } from '../model/catalogue.ts';
import type { Environment } from '../model/environment.ts';
import type { AnyFault } from '../model/fault.ts';
import type { Json } from '../model/json.ts';
import type { AnyLoad } from '../model/load.ts';
import type { AnyProbe } from '../model/probe.ts';
import type { Problem } from '../model/problems.ts';
import { resolveReferences } from '../model/references.ts';
import type { BoundFault, BoundLoad, BoundProbe, BoundScenario } from '../model/run.ts';
import { checkExpectations } from './expectation-rules.ts';
import { checkLoad } from './load-rules.ts';
import { findPlugin, parseParams } from './plugin-params.ts';
import { type Findings, newCheck, type ScenarioCheck } from './scenario-check.ts';
import type { ScenarioFile } from './scenario-files.ts';
import { checkScenario } from './scenario-rules.ts';
import { bindStopConditions } from './stop-conditions.ts';

/** An environment by the name that people know it by. */
export interface NamedEnvironment {
  readonly name: string;
  readonly environment: Environment;
}

export interface Binding {
  /** Only those without a problem may be run. */
  readonly scenarios: readonly BoundScenario[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Binds scenarios to an environment: references resolved, params parsed by each plugin's own schema, and every rule
 * between scenario, environment and catalogue checked. Where the environment still holds `${staging.…}`, params that
 * need it stay as written: they are for `validate`, not for a run.
 */
export function bindScenarios(
  files: readonly ScenarioFile[],
  { name, environment }: NamedEnvironment,
  catalogue: Catalogue,
): Binding {
  const findings: Findings = { problems: [], warnings: [] };
  const firstOfId = new Map<string, string>();
  const scenarios = files.map((file) => {
    const check = newCheck({ file, environment, environmentName: name, catalogue }, findings);
    const { id } = file.scenario;
    const first = firstOfId.get(id);
    if (first !== undefined) check.problem(['id'], `another scenario has the id '${id}' already: ${first}.`);
    firstOfId.set(id, first ?? file.path);
    checkScenario(check);
    checkExpectations(check);
    return bind(check, findings.problems);
  });
  return { scenarios, ...findings };
}

function bind(check: ScenarioCheck, problems: Problem[]): BoundScenario {
  const { scenario, file } = check;
  const faults = bindFaults('faults', check, problems);
  const techniques = scenario.techniques ?? [...new Set(faults.flatMap(({ definition }) => definition.techniques))];
  return {
    scenario,
    file: file.path,
    faults,
    control: bindFaults('control', check, problems),
    steadyState: bindProbes('steadyState', check, problems),
    impact: bindProbes('impact', check, problems),
    load: bindLoad(check, problems),
    techniques,
    stopConditions: bindStopConditions(check, problems, (definition, index) => {
      const at = ['stopConditions', 'probes', index];
      const params = scenario.stopConditions?.probes[index]?.with ?? {};
      checkTarget(definition, [...at, 'probe'], check);
      return bindParams(definition, { at, params }, { check, problems });
    }),
  };
}

function bindFaults(list: 'faults' | 'control', check: ScenarioCheck, problems: Problem[]): readonly BoundFault[] {
  const { source } = check.file;
  return check.scenario[list].flatMap((use, index) => {
    const at = [list, index];
    const name = { source, typeAt: [...at, 'type'], kind: 'fault', type: use.type };
    const definition = findPlugin<AnyFault>(name, check.catalogue.faults, problems);
    if (definition === undefined) return [];
    checkTarget(definition, [...at, 'type'], check);
    return { use, definition, params: bindParams(definition, { at, params: use.with }, { check, problems }) };
  });
}

function bindProbes(list: 'steadyState' | 'impact', check: ScenarioCheck, problems: Problem[]): readonly BoundProbe[] {
  const { source } = check.file;
  return check.scenario[list].flatMap((use, index) => {
    const at = [list, index];
    const name = { source, typeAt: [...at, 'probe'], kind: 'probe', type: use.probe };
    const definition = findPlugin<AnyProbe>(name, check.catalogue.probes, problems);
    if (definition === undefined) return [];
    checkTarget(definition, [...at, 'probe'], check);
    return { use, definition, params: bindParams(definition, { at, params: use.with }, { check, problems }) };
  });
}

function bindLoad(check: ScenarioCheck, problems: Problem[]): BoundLoad | undefined {
  const use = check.scenario.load;
  if (use === undefined) return undefined;
  const name = { source: check.file.source, typeAt: ['load', 'type'], kind: 'load', type: use.type };
  const definition = findPlugin<AnyLoad>(name, check.catalogue.loads, problems);
  if (definition === undefined) return undefined;
  checkTarget(definition, ['load', 'type'], check);
  checkLoad(check, use, definition);
  return { use, definition, params: bindParams(definition, { at: ['load'], params: use.with }, { check, problems }) };
}

function checkTarget(
  { type, target }: AnyFault | AnyLoad | AnyProbe,
  path: (string | number)[],
  { environment, environmentName, problem }: ScenarioCheck,
): void {
  if (target === 'none' || Object.hasOwn(environment.targets, target)) return;
  problem(path, `'${type}' needs the target '${target}', which '${environmentName}' does not have.`);
}

function bindParams(
  { params: schema }: AnyFault | AnyLoad | AnyProbe,
  use: { readonly at: readonly (string | number)[]; readonly params: Json },
  { check, problems }: { readonly check: ScenarioCheck; readonly problems: Problem[] },
): unknown {
  const { source } = check.file;
  const at = [...use.at, 'with'];
  let sound = true;
  const params = resolveReferences(use.params, { name: 'env', values: check.environment.values }, (path, message) => {
    sound = false;
    check.problem([...at, ...path], message);
  });
  return sound ? parseParams(schema, { source, at, params }, problems) : params;
}
