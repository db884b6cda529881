import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { indexOf, type ServiceIndex } from './service-index.ts';

/** Looks services up by the name that stands in a signature's credential scope. */
export interface ServiceLibrary {
  /** Resolves to undefined for a service that botocore does not know. */
  readonly service: (signingName: string) => Promise<ServiceIndex | undefined>;
}

/** botocore's folders whose names differ from the service's signing name. */
const folders: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  elasticloadbalancing: 'elbv2',
  email: 'ses',
  states: 'stepfunctions',
  tagging: 'resourcegroupstaggingapi',
  'access-analyzer': 'accessanalyzer',
  es: 'opensearch',
  elasticfilesystem: 'efs',
  elasticmapreduce: 'emr',
};

/**
 * Reads botocore's service models (`<models>/<service>/<date>/service-2.json.gz`), the newest of each, and keeps a
 * compact index of each beside them, so that the large models are read once per installation.
 */
export function serviceLibrary(models: string, cache: string): ServiceLibrary {
  const loaded = new Map<string, Promise<ServiceIndex | undefined>>();
  return {
    service(signingName) {
      const known = loaded.get(signingName) ?? load(models, cache, folders[signingName] ?? signingName);
      loaded.set(signingName, known);
      return known;
    },
  };
}

/** Makes the indexes that are not there yet. */
export async function indexServices(models: string, cache: string, signingNames: readonly string[]): Promise<void> {
  await Promise.all(signingNames.map((name) => load(models, cache, folders[name] ?? name)));
}

async function load(models: string, cache: string, folder: string): Promise<ServiceIndex | undefined> {
  if (!/^[a-z0-9-]+$/.test(folder)) return undefined;
  const indexed = join(cache, `${folder}.json`);
  const kept = await readFile(indexed, 'utf8').catch(whenMissing(undefined));
  if (kept !== undefined) return JSON.parse(kept) as ServiceIndex;

  const dates = await readdir(join(models, folder)).catch(whenMissing([]));
  const newest = dates
    .filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name))
    .toSorted()
    .at(-1);
  if (newest === undefined) return undefined;
  const packed = await readFile(join(models, folder, newest, 'service-2.json.gz'));
  const index = indexOf(JSON.parse((await promisify(gunzip)(packed)).toString('utf8')));
  await mkdir(cache, { recursive: true });
  const draft = `${indexed}.${process.pid}`;
  await writeFile(draft, JSON.stringify(index));
  await rename(draft, indexed);
  return index;
}

function whenMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
