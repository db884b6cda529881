import { resolve } from 'node:path';
import { loadFiles } from '../loading/load.ts';
import type { Catalogue } from '../model/catalogue.ts';
import { problemText } from '../model/problems.ts';
import type { BoundScenario } from '../model/run.ts';
import { systemDisk } from '../system/system-disk.ts';
import type { Folders } from './folders.ts';
import { pathsOf, pickScenarios, type Pick as ScenarioPick } from './pick-scenarios.ts';
import type { RunStop } from './run-stop.ts';
import { useStaging } from './staging.ts';

export interface LoadedSession {
  readonly chosen: Awaited<ReturnType<typeof loadFiles>>['chosen'];
  readonly scenarios: readonly BoundScenario[];
  readonly catalogue: Catalogue;
  /** Files as they were read, for the manifest. */
  readonly inputs: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly stagingId?: string | undefined;
  /** Ends the use of the staging. */
  readonly release: () => void;
}

export interface LoadOptions {
  readonly cwd: string;
  readonly config: string;
  readonly environment?: string | undefined;
  readonly notice: (text: string) => void;
  /** Told which environment it is, before its staging is started. */
  readonly stopping?: Pick<RunStop, 'enter'>;
}

/**
 * Reads environment and scenarios, twice where the environment is embedded: once before anything is started, and once
 * more with the addresses of the staging that is then up.
 */
export async function loadSession(options: LoadOptions, folders: Folders, pick: ScenarioPick): Promise<LoadedSession> {
  const { catalogue } = await import('../catalogue.ts');
  const files = {
    environmentFile: options.config,
    environment: options.environment,
    scenarios: pathsOf(pick),
    catalogue,
  };
  const first = await loadFiles(files);
  options.stopping?.enter(first.chosen.name, first.chosen.environment);
  const picked = pickScenarios(first.scenarios, pick);
  for (const warning of first.warnings) options.notice(problemText(warning));
  const inputs = await readInputs(options.cwd, [options.config, ...picked.map((one) => one.file)]);
  if (first.chosen.environment.staging === 'live') {
    return { chosen: first.chosen, scenarios: picked, catalogue, inputs, release: () => undefined };
  }
  const staging = await useStaging(folders, options.notice);
  try {
    const second = await loadFiles({ ...files, staging: staging.state });
    const scenarios = pickScenarios(second.scenarios, pick);
    return { chosen: second.chosen, scenarios, catalogue, inputs, stagingId: staging.id, release: staging.release };
  } catch (error) {
    staging.release();
    throw error;
  }
}

async function readInputs(cwd: string, paths: readonly string[]): Promise<LoadedSession['inputs']> {
  return Promise.all(paths.map(async (path) => ({ path, bytes: await systemDisk.read(resolve(cwd, path)) })));
}
