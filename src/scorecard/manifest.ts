import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Disk } from '../model/disk.ts';
import type { Scorecard } from '../model/scorecard.ts';

const fileSchema = z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.number().int() });

/** `manifest.json`: what a run consists of and what it was made from, so that a changed file shows. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  run: z.string(),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  /** Commit of the folder that the run was started in; absent outside a repository. */
  gitCommit: z.string().optional(),
  identity: z.array(z.string()),
  /** Every file of the run's folder but the manifest, by path within it. */
  files: z.array(fileSchema),
  /** Scenario and environment files as they were read. */
  inputs: z.array(fileSchema),
});

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

export interface ManifestRequest {
  readonly card: Scorecard;
  /** Absolute path of `reports/<run-id>`. */
  readonly folder: string;
  readonly inputs: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly gitCommit?: string | undefined;
}

/** Hashes every file of a run's folder and the given inputs. */
export async function makeManifest(disk: Disk, request: ManifestRequest): Promise<Manifest> {
  const paths = (await filesBelow(disk, request.folder)).filter((path) => path !== 'manifest.json');
  const files = [];
  for (const path of paths) {
    const bytes = await readUnlessGone(disk, `${request.folder}/${path}`);
    if (bytes !== undefined) files.push(digest(path, bytes));
  }
  return {
    schemaVersion: 1,
    run: request.card.run.id,
    tool: request.card.tool,
    ...(request.gitCommit === undefined ? {} : { gitCommit: request.gitCommit }),
    identity: [...(request.card.run.identity ?? [])],
    files,
    inputs: request.inputs.map((input) => digest(input.path, input.bytes)),
  };
}

/** Lists what differs between a run's folder and its manifest: one sentence per file that is changed, missing or added. */
export async function verifyManifest(disk: Disk, folder: string, manifest: Manifest): Promise<readonly string[]> {
  const present = new Set((await filesBelow(disk, folder)).filter((path) => path !== 'manifest.json'));
  const problems: string[] = [];
  for (const file of manifest.files) {
    if (!present.delete(file.path)) problems.push(`${file.path} is missing.`);
    else if (digest(file.path, await disk.read(`${folder}/${file.path}`)).sha256 !== file.sha256) {
      problems.push(`${file.path} was changed after the run.`);
    }
  }
  return [...problems, ...[...present].map((path) => `${path} was added after the run.`)];
}

function digest(path: string, bytes: Uint8Array): z.infer<typeof fileSchema> {
  return { path, sha256: hash('sha256', bytes, 'hex'), bytes: bytes.length };
}

async function filesBelow(disk: Disk, folder: string, prefix = ''): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await disk.list(folder)).toSorted()) {
    const path = `${folder}/${name}`;
    if (await isFolder(disk, path)) found.push(...(await filesBelow(disk, path, `${prefix}${name}/`)));
    else found.push(`${prefix}${name}`);
  }
  return found;
}

/** While a run goes on, a file that is being written has another name a moment later. */
async function readUnlessGone(disk: Disk, path: string): Promise<Uint8Array | undefined> {
  if (path.endsWith('.tmp')) return undefined;
  try {
    return await disk.read(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function isFolder(disk: Disk, path: string): Promise<boolean> {
  try {
    await disk.list(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR' || codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
