import type { Catalogue } from '../model/catalogue.ts';
import type { Environment } from '../model/environment.ts';
import type { Path, Problem } from '../model/problems.ts';
import type { Scenario } from '../model/scenario.ts';
import type { ScenarioFile } from './scenario-files.ts';

/** A scenario beside the environment that it is bound to, and what is wrong with it. */
export interface ScenarioCheck {
  readonly file: ScenarioFile;
  readonly scenario: Scenario;
  readonly environment: Environment;
  readonly environmentName: string;
  readonly catalogue: Catalogue;
  readonly problem: (path: Path, message: string) => void;
  /** Something that is allowed, and makes the result say less. */
  readonly warn: (path: Path, message: string) => void;
}

export interface Findings {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** Begins the check of a scenario; findings go to `findings`. */
export function newCheck(
  parts: Omit<ScenarioCheck, 'problem' | 'warn' | 'scenario'>,
  findings: Findings,
): ScenarioCheck {
  const { source, scenario } = parts.file;
  return {
    ...parts,
    scenario,
    problem: (path, message) => void findings.problems.push(source.problem(path, message)),
    warn: (path, message) => void findings.warnings.push(source.problem(path, message)),
  };
}
