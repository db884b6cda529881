import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Problem } from '../model/problems.ts';
import { type Scenario, scenarioSchema } from '../model/scenario.ts';
import { schemaProblems } from '../model/schema-problems.ts';
import { draftOf } from '../model/stand-ins.ts';
import { parseYaml, type YamlSource } from '../model/yaml-source.ts';
import { readError, readTextFile } from './text-file.ts';

/** A scenario file that was read, or its draft where it has problems; its references are still in place. */
export interface ScenarioFile {
  readonly path: string;
  readonly source: YamlSource;
  readonly scenario: Scenario;
}

export interface ScenarioFiles {
  /** In the order of their paths; those with problems of their own as drafts, so that their other problems come too. */
  readonly files: readonly ScenarioFile[];
  /** How many files were looked at, sound or not. */
  readonly count: number;
  readonly problems: readonly Problem[];
}

export const scenarioFolder = 'scenarios';

/**
 * Loads scenarios from files and folders (`*.yaml`, `*.yml`, at any depth), in parallel. Never throws for what is, or
 * is not, on the disk.
 */
export async function loadScenarios(paths: readonly string[] = [scenarioFolder]): Promise<ScenarioFiles> {
  const expanded = await Promise.all(paths.map(filesAt));
  const found = [...new Set(expanded.flatMap(({ files }) => files))].sort();
  const read = await Promise.all(found.map(loadScenario));
  return {
    files: read.flatMap(({ file }) => file ?? []),
    count: found.length,
    problems: [...expanded.flatMap(({ problems }) => problems), ...read.flatMap(({ problems }) => problems)],
  };
}

interface Read {
  readonly file?: ScenarioFile;
  readonly problems: readonly Problem[];
}

async function loadScenario(path: string): Promise<Read> {
  const text = await readTextFile(path);
  return typeof text === 'string' ? readScenario(path, text) : { problems: [text] };
}

/** Reads the text of a scenario file; the pure part of `loadScenarios`. A file with problems still gives a draft. */
export function readScenario(path: string, text: string): Read {
  const source = parseYaml(path, text);
  if (source.problems.length > 0) return { problems: source.problems };
  const parsed = scenarioSchema.safeParse(source.value);
  if (parsed.success) return { file: { path, source, scenario: parsed.data }, problems: [] };
  // Only params hold references that are resolved; an SLO that is one would silently become another.
  const problems = schemaProblems(parsed.error, { source, schema: scenarioSchema, value: source.value, isPlain: true });
  const draft = draftOf(scenarioSchema, source, source.value);
  if (draft === undefined) return { problems };
  return { file: { path, source: draft.source, scenario: draft.data }, problems };
}

async function filesAt(path: string): Promise<{ files: readonly string[]; problems: readonly Problem[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path], problems: [] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.split(sep).includes('node_modules'));
    if (files.length > 0) return { files, problems: [] };
    return { files: [], problems: [{ file: path, message: 'holds no scenario (*.yaml).' }] };
  } catch (error) {
    return { files: [], problems: [{ file: path, message: readError(error) }] };
  }
}
