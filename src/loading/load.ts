import { InvalidFilesError, type Problem } from '../model/problems.ts';
import type { BoundScenario } from '../model/run.ts';
import type { NamedEnvironment } from './bind-scenarios.ts';
import { type ValidateRequest, validateFiles } from './validate.ts';

/** Everything that a run needs from files. */
export interface Loaded {
  readonly chosen: NamedEnvironment;
  readonly scenarios: readonly BoundScenario[];
  readonly warnings: readonly Problem[];
}

/** Loads the environment and the scenarios of a run. Throws `InvalidFilesError` with all problems of all files. */
export async function loadFiles(request: ValidateRequest): Promise<Loaded> {
  const { problems, chosen, scenarios, warnings } = await validateFiles(request);
  if (problems.length > 0 || chosen === undefined) throw new InvalidFilesError(problems);
  return { chosen, scenarios, warnings };
}
