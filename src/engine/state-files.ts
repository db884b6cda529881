import { posix } from 'node:path';
import { z } from 'zod';
import type { Disk } from '../model/disk.ts';
import { ifThere } from './if-there.ts';

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

/** A change that was about to be sent. Its line is in the journal by then, so that a journal without it has lost it. */
export type NotedIntent = Readonly<z.infer<typeof notedSchema>>;

const notedSchema = z.strictObject({
  /** Name of its pre-image, beside which the note lies. */
  preImage: z.string(),
  fault: z.string(),
  touches: z.array(z.string()),
});

const noteEnding = '-intent';

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
    const bytes = await ifThere(disk.read(path));
    if (bytes !== undefined) owners.push({ runId, owner: parsedBy(ownerSchema, bytes) });
  }
  return owners;
}

/** Notes beside a pre-image what is about to be sent. */
export async function writeIntentNote(disk: Disk, folder: string, noted: NotedIntent): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(noted)}\n`);
  await disk.createExclusively(noteOf(posix.join(folder, noted.preImage)), bytes, 0o600);
}

/** Where the note lies that belongs to a pre-image. */
export function noteOf(preImagePath: string): string {
  return `${preImagePath}${noteEnding}`;
}

/**
 * Lists what was noted in a folder of states; of a note that cannot be read only its pre-image is known. A run that is
 * going may take a note away meanwhile, once what it tells of is out.
 */
export async function notedIntents(disk: Disk, folder: string): Promise<readonly NotedIntent[]> {
  const noted: NotedIntent[] = [];
  for (const file of (await ifThere(disk.list(folder))) ?? []) {
    if (!file.endsWith(noteEnding)) continue;
    const bytes = await ifThere(disk.read(posix.join(folder, file)));
    if (bytes === undefined) continue;
    const preImage = file.slice(0, -noteEnding.length);
    noted.push(parsedBy(notedSchema, bytes) ?? { preImage, fault: 'unknown', touches: [] });
  }
  return noted;
}

function parsedBy<T>(schema: z.ZodType<T>, bytes: Uint8Array): T | undefined {
  try {
    return schema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
