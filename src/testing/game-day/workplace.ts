import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Scorecard, scorecardSchema } from '../../model/scorecard.ts';
import { type Dump, dumpStaging } from '../../staging/dump.ts';
import { readStagingState, type StagingState } from '../../staging/state.ts';
import { type Ended, type Going, start } from './command-line.ts';

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const project = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder as a user has one, with files of its own and an embedded staging of its own. */
export interface Workplace {
  readonly folder: string;
  /** Calls the command line and waits for its end. */
  readonly windshear: (...args: readonly string[]) => Promise<Ended>;
  /** Calls the command line and goes on. */
  readonly start: (...args: readonly string[]) => Going;
  /** Calls mocha itself, with the project's own settings for experiments. */
  readonly mocha: (...args: readonly string[]) => Promise<Ended>;
  /** Brings the staging up; throws with what was printed where that fails. */
  readonly up: (...options: readonly string[]) => Promise<StagingState>;
  /** The account without what is declared to stay: terminated instances are residue. */
  readonly account: () => Promise<Dump>;
  /** The scorecard of the last run. */
  readonly scorecard: () => Promise<Scorecard>;
  /** Changes a file. */
  readonly edit: (path: string, change: (text: string) => string) => Promise<void>;
  /** Shortens the SLOs of a scenario where verdicts are not what a spec is about. */
  readonly hasten: (scenario: string, within: string) => Promise<void>;
  /** Every file below a folder, by its relative path. */
  readonly files: (below: string) => Promise<ReadonlyMap<string, string>>;
  /** Ends the staging and removes the folder. */
  readonly close: () => Promise<void>;
}

/** Makes a folder with the project's environments, scenarios and baseline, and its experiments where they are. */
export async function openWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'game-day-'));
  await cp(join(project, 'windshear.yaml'), join(folder, 'windshear.yaml'));
  await cp(join(project, 'scenarios'), join(folder, 'scenarios'), { recursive: true });
  const baseline = 'reports/baseline.json';
  await cp(join(project, baseline), join(folder, baseline)).catch(unlessMissing);
  for (const name of ['examples', 'experiments', 'src', 'node_modules', 'package.json', '.mocharc.json']) {
    await symlink(join(project, name), join(folder, name));
  }
  const windshear = (...args: readonly string[]) => start(folder, args).ended;
  const state = async () => {
    const found = await readStagingState(join(folder, '.windshear/staging'));
    if (found === undefined) throw new Error(`No staging is up in ${folder}.`);
    return found;
  };
  const edit: Workplace['edit'] = async (path, change) => {
    const text = await readFile(join(folder, path), 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`Nothing was to be changed in ${path}.`);
    await writeFile(join(folder, path), changed);
  };
  return {
    folder,
    windshear,
    start: (...args) => start(folder, args),
    mocha: (...args) => start(folder, args, [mocha]).ended,
    up: async (...options) => {
      const { code, stderr } = await windshear('staging', 'up', '--idle-timeout', '5m', ...options);
      if (code !== 0) throw new Error(`The staging did not come up (exit ${code}): ${stderr}`);
      return state();
    },
    account: async () => {
      const { residue: _declared, ...rest } = await dumpStaging(await state());
      return rest;
    },
    scorecard: async () =>
      scorecardSchema.parse(JSON.parse(await readFile(join(folder, 'reports/latest/scorecard.json'), 'utf8'))),
    edit,
    hasten: (scenario, within) =>
      edit(`scenarios/aws/${scenario}.yaml`, (text) => text.replaceAll('within: 4s', `within: ${within}`)),
    files: (below) => filesBelow(join(folder, below)),
    close: async () => {
      await windshear('staging', 'down', '--force');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const),
    ),
  );
}
