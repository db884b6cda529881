import { createCipheriv, createDecipheriv } from 'node:crypto';
import { posix } from 'node:path';
import type { Clock } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import { exitCodes, RefusedError, WindshearError } from '../model/errors.ts';
import type { Random } from '../model/random.ts';
import type { LeasePlace } from '../model/run.ts';
import type { Store } from '../model/store.ts';
import { failureText } from './failure-text.ts';
import { writeStateOwner } from './state-files.ts';
import { pause, withTimeLimit } from './time-limit.ts';

/** A copy of journals and states beside the lease, encrypted: disks of CI vanish. */
export interface MirrorPlace {
  readonly store: Store;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly environment: string;
  readonly clock: Clock;
  /** Must be fit for cryptography where the store is real. */
  readonly random: Random;
  readonly abandon: AbortSignal;
}

/** The mirror beside a lease; undefined where journals are not mirrored. */
export function mirrorBeside(
  { mirrorKey: key }: Pick<LeasePlace, 'mirrorKey'>,
  rest: Omit<MirrorPlace, 'key'>,
): MirrorPlace | undefined {
  return key === undefined ? undefined : { key, ...rest };
}

/** How long a copy may take before the change that waits for it is given up, and how long one try may. */
const patienceMs = 15_000;
const tryMs = 5000;

/**
 * Copies what a run writes to journal and states: a write resolves once it is on both. One that fails on either rejects,
 * so that nothing is injected that only one of them knows.
 */
export function mirroredDisk(
  disk: Disk,
  mirror: MirrorPlace,
  run: { readonly runId: string; readonly journal: string; readonly states: string },
): Disk {
  let lines = 0;
  return {
    makeFolder: (path, mode) => disk.makeFolder(path, mode),
    read: (path) => disk.read(path),
    list: (path) => disk.list(path),
    exists: (path) => disk.exists(path),
    writeDurably: (path, bytes, mode) => disk.writeDurably(path, bytes, mode),
    truncate: (path, length) => disk.truncate(path, length),
    remove: (path) => disk.remove(path),
    link: (target, path) => disk.link(target, path),
    async appendDurably(path, bytes, mode) {
      await disk.appendDurably(path, bytes, mode);
      if (path === run.journal) await copy(mirror, `${folderOf(run.runId)}journal/${numbered(lines++)}`, bytes);
    },
    async createExclusively(path, bytes, mode) {
      const isMade = await disk.createExclusively(path, bytes, mode);
      if (isMade && posix.dirname(path) === run.states)
        await copy(mirror, `${folderOf(run.runId)}state/${posix.basename(path)}`, bytes);
      return isMade;
    },
  };
}

/** Lists the runs whose copies are there, which are those that did not end in order. */
export async function mirroredRuns(mirror: MirrorPlace): Promise<readonly string[]> {
  const names = await bounded(mirror, (signal) => mirror.store.list('runs/', signal));
  const ended = new Set(names.filter((name) => name.endsWith('/ended')).map(runOf));
  return [...new Set(names.map(runOf))].filter((run) => !ended.has(run));
}

/** Forgets the copy of a run of which nothing is left in; a half-forgotten one counts as forgotten. */
export async function forgetMirrored(mirror: MirrorPlace, runId: string): Promise<void> {
  const { store } = mirror;
  const folder = folderOf(runId);
  const names = await bounded(mirror, (signal) => store.list(folder, signal));
  if (names.length === 0) return;
  const ended = `${folder}ended`;
  if (!names.includes(ended)) await copy(mirror, ended, new Uint8Array());
  for (const name of names) if (name !== ended) await bounded(mirror, (signal) => store.remove(name, signal));
  await bounded(mirror, (signal) => store.remove(ended, signal));
}

/**
 * Brings the copy of a run to this disk, states first, and says where its journal lies then; what is there already
 * stays as it is. Throws a `MirrorError` where a part is missing, was changed, or was written with another key.
 */
export async function fetchMirrored(
  mirror: MirrorPlace,
  runId: string,
  to: { readonly disk: Disk; readonly reports: string; readonly stateFolder: string },
): Promise<string> {
  const { disk } = to;
  const journal = posix.join(to.reports, runId, 'journal.jsonl');
  if (await disk.exists(journal)) return journal;
  const folder = folderOf(runId);
  const names = await bounded(mirror, (signal) => mirror.store.list(folder, signal));
  const states = posix.join(to.stateFolder, runId);
  await disk.makeFolder(to.stateFolder, 0o700);
  await disk.makeFolder(states, 0o700);
  for (const name of names.filter((one) => one.startsWith(`${folder}state/`))) {
    await disk.writeDurably(posix.join(states, posix.basename(name)), await fetchOne(mirror, name), 0o600);
  }
  const lines = names.filter((one) => one.startsWith(`${folder}journal/`));
  const parts: Uint8Array[] = [];
  for (const [index, name] of lines.entries()) {
    const expected = `${folder}journal/${numbered(index)}`;
    if (name !== expected) throw new MirrorError(mirror, `'${expected}' is missing`);
    parts.push(await fetchOne(mirror, name));
  }
  // Only once all of it is whole: half a copy must not pass for states whose journal is lost.
  await writeStateOwner(disk, states, { journal, environment: mirror.environment });
  await disk.makeFolder(posix.dirname(journal));
  await disk.writeDurably(journal, Buffer.concat(parts));
  return journal;
}

/** Is thrown where a mirror cannot be written or trusted. */
export class MirrorError extends WindshearError {
  constructor({ environment, store }: MirrorPlace, what: string, options?: ErrorOptions) {
    super(
      'mirror-failed',
      exitCodes.dirty,
      `The mirror of environment '${environment}' (${store.address}): ${what}.`,
      options,
    );
  }
}

/** Writes one object until it is there or patience is over. A name is used once, so that one found there is ours. */
async function copy(mirror: MirrorPlace, name: string, bytes: Uint8Array): Promise<void> {
  const { clock, store, abandon } = mirror;
  const sealed = seal(mirror, name, bytes);
  const untilMonoMs = clock.monoMs() + patienceMs;
  for (let pauseMs = 100; ; pauseMs *= 2) {
    try {
      await bounded(mirror, (signal) => store.write(name, sealed, { over: undefined, signal }));
      return;
    } catch (error) {
      const isOver = clock.monoMs() + pauseMs >= untilMonoMs;
      if (isOver || !(await pause(clock, pauseMs, abandon)))
        throw new MirrorError(mirror, `'${name}' cannot be written: ${failureText(error)}`, { cause: error });
    }
  }
}

async function fetchOne(mirror: MirrorPlace, name: string): Promise<Uint8Array> {
  const stored = await bounded(mirror, (signal) => mirror.store.read(name, signal));
  if (stored === undefined) throw new MirrorError(mirror, `'${name}' is missing`);
  return unseal(mirror, name, stored.bytes);
}

const layout = { version: 1, nonceBytes: 12, tagBytes: 16 } as const;

/** AES-256-GCM; environment and name are authenticated, so that no part can stand in for another. */
function seal(mirror: MirrorPlace, name: string, bytes: Uint8Array): Uint8Array {
  const nonce = mirror.random.bytes(layout.nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', mirror.key, nonce).setAAD(labelOf(mirror, name));
  const hidden = [cipher.update(bytes), cipher.final()];
  return Buffer.concat([Uint8Array.of(layout.version), nonce, ...hidden, cipher.getAuthTag()]);
}

function unseal(mirror: MirrorPlace, name: string, sealed: Uint8Array): Uint8Array {
  const { version, nonceBytes, tagBytes } = layout;
  const start = 1 + nonceBytes;
  if (sealed[0] !== version || sealed.length < start + tagBytes)
    throw new MirrorError(mirror, `'${name}' is not a copy that this version wrote`);
  const decipher = createDecipheriv('aes-256-gcm', mirror.key, sealed.subarray(1, start));
  decipher.setAAD(labelOf(mirror, name)).setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(start, -tagBytes)), decipher.final()]);
  } catch (error) {
    throw new RefusedError(
      'mirror-key',
      `The mirror of environment '${mirror.environment}' (${mirror.store.address}): '${name}' was written with another key, or was changed since. Nothing was taken from it; name the key of the run that wrote it.`,
      { cause: error },
    );
  }
}

function labelOf({ environment }: MirrorPlace, name: string): Uint8Array {
  return new TextEncoder().encode(`windshear mirror ${environment} ${name}`);
}

function bounded<T>({ clock, abandon }: MirrorPlace, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withTimeLimit({ clock, limitMs: tryMs, outer: abandon }, work);
}

function folderOf(runId: string): string {
  return `runs/${runId}/`;
}

function runOf(name: string): string {
  return name.split('/')[1] ?? '';
}

function numbered(index: number): string {
  return String(index).padStart(6, '0');
}
