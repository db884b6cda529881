import type { Catalogue } from '../model/catalogue.ts';
import type { Json } from '../model/json.ts';
import { suggestion } from '../model/nearest.ts';
import { type Problem, sortProblems } from '../model/problems.ts';
import { environmentProblems } from './bind-environment.ts';
import { type Binding, bindScenarios, type NamedEnvironment } from './bind-scenarios.ts';
import { type EnvironmentFile, loadEnvironmentFile } from './environment-file.ts';
import { loadScenarios } from './scenario-files.ts';

export interface ValidateRequest {
  /** Path of `windshear.yaml`. */
  readonly environmentFile: string;
  /** Name of the environment; by default the file's own default, or its only embedded one. */
  readonly environment?: string | undefined;
  /** Files and folders; `scenarios/` by default. */
  readonly scenarios?: readonly string[] | undefined;
  readonly catalogue: Catalogue;
  /** State of the embedded staging; absent where it is not up. */
  readonly staging?: Json | undefined;
}

export interface Validation {
  readonly counts: {
    readonly scenarios: number;
    readonly environments: number;
    readonly expectations: number;
  };
  /** Sorted by file and place. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The environment that was chosen; absent where there is a problem with it. */
  readonly chosen?: NamedEnvironment;
  readonly scenarios: Binding['scenarios'];
}

/** Reads and checks the environments and scenarios, all of them, and answers everything that is wrong with any. */
export async function validateFiles(request: ValidateRequest): Promise<Validation> {
  const [environments, scenarios] = await Promise.all([
    loadEnvironmentFile(request.environmentFile, request.staging === undefined ? {} : { staging: request.staging }),
    loadScenarios(request.scenarios),
  ]);
  const problems = [
    ...environments.problems,
    ...scenarios.problems,
    ...environmentProblems(environments, request.catalogue),
  ];
  const chosen = chooseEnvironment(environments, request.environment);
  const counted = Object.keys(environments.environments).length;
  const isChosen = 'environment' in chosen;
  if (!isChosen && counted > 0) problems.push(chosen);
  const binding: Binding = isChosen
    ? bindScenarios(scenarios.files, chosen, request.catalogue)
    : { scenarios: [], problems: [], warnings: [] };
  return {
    counts: {
      scenarios: scenarios.count,
      environments: counted,
      expectations: scenarios.files.reduce((sum, { scenario: { expect, impact } }) => {
        const { detections, guardrails, blind, blindGuardrails } = expect;
        return sum + [detections, guardrails, blind, blindGuardrails, impact].flat().length;
      }, 0),
    },
    problems: sortProblems([...problems, ...binding.problems]),
    warnings: sortProblems(binding.warnings),
    ...(isChosen ? { chosen } : {}),
    scenarios: binding.scenarios,
  };
}

/** Picks an environment by name, else the default, else the only embedded one; a live one is never implied. */
export function chooseEnvironment(file: EnvironmentFile, name?: string): NamedEnvironment | Problem {
  const known = Object.keys(file.environments);
  const embedded = known.filter((one) => file.environments[one]?.staging === 'embedded');
  const wanted = name ?? file.default ?? (embedded.length === 1 ? embedded[0] : undefined);
  if (wanted === undefined)
    return { file: file.path, message: `no environment is the default; name one by --env: ${known.join(', ')}.` };
  const environment = Object.hasOwn(file.environments, wanted) ? file.environments[wanted] : undefined;
  if (environment !== undefined) return { name: wanted, environment };
  return { file: file.path, message: `there is no environment '${wanted}'${suggestion(wanted, known)}` };
}
