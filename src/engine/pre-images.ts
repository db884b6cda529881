import { hash } from 'node:crypto';
import { posix } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { exitCodes, WindshearError } from '../model/errors.ts';
import type { StateFile } from '../model/journal.ts';
import type { Json } from '../model/json.ts';
import { noteOf, type StateOwner, writeIntentNote, writeStateOwner } from './state-files.ts';

/** The states of a run that a revert needs; they may hold secrets, so they lie apart from the reports. */
export interface PreImages {
  /** Writes a state durably (0600) under a name that no other state of the run has; the answer goes into the journal. */
  readonly keep: (name: string, state: Json) => Promise<StateFile>;
  /**
   * Notes durably, between a change's intent and the change, that it is about to be sent: a journal that loses lines
   * at its end must not pass for one that never had them.
   */
  readonly noteIntent: (
    preImage: StateFile,
    change: { readonly fault: string; readonly touches: readonly string[] },
  ) => Promise<void>;
  /** Reads a state back. Throws `StateFileError` where it is missing or is not what the journal saw. */
  readonly read: (file: StateFile) => Promise<Json>;
  /** Says where a state lies, as people are told: `.windshear/state/<run-id>/<name>`. */
  readonly placeOf: (file: StateFile) => string;
  /** Removes states whose rollback is verified; a missing one is fine. */
  readonly remove: (files: readonly StateFile[]) => Promise<void>;
  /** Removes the run's folder with all that is in it. */
  readonly removeAll: () => Promise<void>;
}

/** Is thrown when a state on disk cannot be trusted; nobody guesses what it held. */
export class StateFileError extends WindshearError {
  constructor(problem: 'missing' | 'changed', path: string, expectation: string) {
    super(`state-${problem}`, exitCodes.dirty, `The state file '${path}' ${expectation}.`);
  }
}

export interface PreImagePlace {
  readonly disk: Disk;
  /** Absolute: `.windshear/state`. */
  readonly stateFolder: string;
  readonly runId: string;
  /** Written beside the first state; a recovery, which keeps none, has none to write. */
  readonly owner?: StateOwner;
}

/** Opens the folder of a run's states, `<state>/<run-id>/` (0700); it is made with the first state. */
export function openPreImages(place: PreImagePlace): PreImages {
  const { disk } = place;
  const folder = posix.join(place.stateFolder, place.runId);
  let made: Promise<void> | undefined;
  let next = 0;

  async function makeFolder(): Promise<void> {
    await disk.makeFolder(place.stateFolder, 0o700);
    await disk.makeFolder(folder, 0o700);
    if (place.owner !== undefined) await writeStateOwner(disk, folder, place.owner);
  }

  return {
    async keep(name, state) {
      made ??= makeFolder();
      await made;
      const bytes = new TextEncoder().encode(JSON.stringify(state));
      for (;;) {
        const file = `${next++}-${name.replaceAll(/[^a-zA-Z0-9.-]+/g, '_')}`;
        const isOurs = await disk.createExclusively(posix.join(folder, file), bytes, 0o600);
        if (isOurs) return { name: file, sha256: sha256(bytes) };
      }
    },
    noteIntent: ({ name }, { fault, touches }) =>
      writeIntentNote(disk, folder, { preImage: name, fault, touches: [...touches] }),
    read: async (file) => read(disk, posix.join(folder, plainName(file)), file.sha256),
    placeOf: (file) => posix.join(...place.stateFolder.split('/').slice(-2), place.runId, file.name),
    async remove(files) {
      for (const file of files) {
        const path = posix.join(folder, plainName(file));
        await disk.remove(path);
        if (await disk.exists(noteOf(path))) await disk.remove(noteOf(path));
      }
    },
    removeAll: () => disk.remove(folder),
  };
}

async function read(disk: Disk, path: string, expected: string): Promise<Json> {
  if (!(await disk.exists(path))) throw new StateFileError('missing', path, 'is missing');
  const bytes = await disk.read(path);
  const got = sha256(bytes);
  if (got !== expected) {
    throw new StateFileError('changed', path, `has SHA-256 ${got}, and the journal expects ${expected}`);
  }
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}

/** A name comes from a journal on disk; it must not lead out of the folder. */
function plainName(file: StateFile): string {
  if (file.name.includes('/') || file.name.startsWith('.')) {
    throw new StateFileError('changed', file.name, 'has a name that leads out of its folder');
  }
  return file.name;
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
