import { posix } from 'node:path';
import { z } from 'zod';
import type { Disk } from '../model/disk.ts';

/** Whose states a folder `<state>/<run-id>/` holds; written before the first of them, as `run.json`. */
export type StateOwner = Readonly<z.infer<typeof ownerSchema>>;

const ownerSchema = z.strictObject({
  /** Absolute path of the run's journal: a recovery that was told of another reports folder must find it. */
  journal: z.string().startsWith('/'),
  environment: z.string(),
  /** Id of the embedded staging that the run used. */
  stagingId: z.string().optional(),
});

const ownerFile = 'run.json';

/** Lists the environments of which a state folder holds such a file, `<environment>.<kind>`. */
export async function environmentsWith(
  disk: Disk,
  stateFolder: string,
  kind: 'lock' | 'lease',
): Promise<readonly string[]> {
  if (!(await disk.exists(stateFolder))) return [];
  const ending = `.${kind}`;
  const files = (await disk.list(stateFolder)).filter((file) => file.endsWith(ending) && file !== ending);
  return files.map((file) => file.slice(0, -ending.length));
}

/** Writes down whose states a folder will hold. */
export async function writeStateOwner(disk: Disk, folder: string, owner: StateOwner): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(owner)}\n`);
  await disk.writeDurably(posix.join(folder, ownerFile), bytes, 0o600);
}

/** Lists the runs that left states; `owner` is undefined where its file cannot be read as one. */
export async function ownersOfStates(
  disk: Disk,
  stateFolder: string,
): Promise<readonly { readonly runId: string; readonly owner: StateOwner | undefined }[]> {
  if (!(await disk.exists(stateFolder))) return [];
  const owners: { runId: string; owner: StateOwner | undefined }[] = [];
  for (const runId of await disk.list(stateFolder)) {
    const path = posix.join(stateFolder, runId, ownerFile);
    // A run that died before it had written this file has kept no state, so it has changed nothing.
    if (await disk.exists(path)) owners.push({ runId, owner: asOwner(await disk.read(path)) });
  }
  return owners;
}

function asOwner(bytes: Uint8Array): StateOwner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
