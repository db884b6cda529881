import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Disk } from '../model/disk.ts';
import { UsageError } from '../model/errors.ts';
import type { Json } from '../model/json.ts';
import { problemText } from '../model/problems.ts';
import { schemaProblems } from '../model/schema-problems.ts';
import { type Scorecard, scorecardSchema } from '../model/scorecard.ts';
import { parseYaml } from '../model/yaml-source.ts';
import { type Baseline, baselineSchema } from '../scorecard/baseline.ts';

export interface FoundRun {
  /** Absolute. */
  readonly folder: string;
  readonly scorecard: Scorecard;
}

/** Reads a run by its id, by its folder, or as `latest`. Throws `UsageError` where there is none or it is none of ours. */
export async function readRun(disk: Disk, reports: string, run: string): Promise<FoundRun> {
  const folders = [resolve(reports, run), resolve(run)];
  for (const folder of folders) {
    if (!(await disk.exists(`${folder}/scorecard.json`))) continue;
    return { folder, scorecard: await readJson(disk, `${folder}/scorecard.json`, scorecardSchema) };
  }
  throw new UsageError(`There is no run '${run}': no scorecard.json in ${folders[0]}. Run: windshear run`);
}

/** Reads a baseline file. Throws `UsageError` where it is missing or not a baseline. */
export async function readBaseline(disk: Disk, file: string): Promise<Baseline> {
  if (!(await disk.exists(file))) {
    throw new UsageError(`There is no baseline ${file}. Make one from a run: windshear baseline accept`);
  }
  return readJson(disk, file, baselineSchema);
}

async function readJson<T>(disk: Disk, file: string, schema: z.ZodType<T>): Promise<T> {
  const text = new TextDecoder().decode(await disk.read(file));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const source = parseYaml(file, text);
  const [problem] = schemaProblems(parsed.error, { source, schema, value: value as Json, isPlain: true });
  throw new UsageError(problem === undefined ? `${file} has the wrong shape.` : problemText(problem));
}
