import { posix } from 'node:path';
import type { Disk } from '../../model/disk.ts';

export interface DiskOperation {
  readonly name: 'makeFolder' | 'appendDurably' | 'writeDurably' | 'createExclusively' | 'truncate' | 'remove' | 'link';
  readonly path: string;
  /** 1 for the first write of this disk. */
  readonly n: number;
}

/**
 * What happens to a write: it goes through; it fails before or after it took effect; or the process dies in it, so
 * that only the first `keepBytes` of an append are there, and every later operation fails too.
 */
export type DiskFate =
  | 'proceed'
  | { readonly fail: 'before' | 'after'; readonly code: string }
  | { readonly keepBytes: number };

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** Keeps files in memory; every durable write is durable at once. `decide` makes chosen writes fail or tear. */
export class MemoryDisk implements Disk {
  readonly #files = new Map<string, MemoryFile>();
  readonly #folders = new Map<string, number>([['/', 0o755]]);
  readonly #links = new Map<string, string>();
  readonly #decide: (operation: DiskOperation) => DiskFate;
  #writes = 0;
  #dead = false;

  constructor(decide: (operation: DiskOperation) => DiskFate = () => 'proceed') {
    this.#decide = decide;
  }

  /** Copies what is durable onto a fresh disk, as the next process finds it after a crash. */
  afterCrash(decide?: (operation: DiskOperation) => DiskFate): MemoryDisk {
    const next = new MemoryDisk(decide);
    for (const [path, file] of this.#files) next.#files.set(path, file);
    for (const [path, mode] of this.#folders) next.#folders.set(path, mode);
    for (const [path, target] of this.#links) next.#links.set(path, target);
    return next;
  }

  /** Lists all files with their mode, in order; for assertions. */
  files(): ReadonlyMap<string, { readonly text: string; readonly mode: number }> {
    const paths = [...this.#files.keys()].sort();
    return new Map(paths.map((path) => [path, { text: this.#text(path), mode: this.#files.get(path)?.mode ?? 0 }]));
  }

  async makeFolder(path: string, mode = 0o755): Promise<void> {
    this.#write({ name: 'makeFolder', path }, () => {
      for (let folder = this.#real(path); !this.#folders.has(folder); folder = posix.dirname(folder)) {
        this.#folders.set(folder, mode);
      }
    });
  }

  async read(path: string): Promise<Uint8Array> {
    this.#alive(path);
    return Uint8Array.from(this.#file(path).bytes);
  }

  async list(path: string): Promise<readonly string[]> {
    this.#alive(path);
    const folder = this.#real(path);
    if (!this.#folders.has(folder)) throw missing(path);
    const all = [...this.#files.keys(), ...this.#folders.keys(), ...this.#links.keys()];
    const entries = all.filter((entry) => entry !== '/' && posix.dirname(entry) === folder);
    return entries.map((entry) => posix.basename(entry)).sort();
  }

  async exists(path: string): Promise<boolean> {
    this.#alive(path);
    const real = this.#real(path);
    return this.#files.has(real) || this.#folders.has(real);
  }

  async appendDurably(path: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
    const append = (added: Uint8Array) => {
      const old = this.#files.get(this.#real(path));
      this.#put(path, Buffer.concat([old?.bytes ?? new Uint8Array(), added]), old?.mode ?? mode);
    };
    this.#write(
      { name: 'appendDurably', path },
      () => append(bytes),
      (kept) => append(bytes.subarray(0, kept)),
    );
  }

  async writeDurably(path: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
    this.#write({ name: 'writeDurably', path }, () => this.#put(path, Uint8Array.from(bytes), mode));
  }

  async createExclusively(path: string, bytes: Uint8Array, mode = 0o644): Promise<boolean> {
    let created = false;
    this.#write({ name: 'createExclusively', path }, () => {
      created = !this.#files.has(this.#real(path));
      if (created) this.#put(path, Uint8Array.from(bytes), mode);
    });
    return created;
  }

  async truncate(path: string, length: number): Promise<void> {
    this.#write({ name: 'truncate', path }, () => {
      const file = this.#file(path);
      this.#put(path, file.bytes.slice(0, length), file.mode);
    });
  }

  /** Removes a file, a link, or a folder with all that is in it; a missing one is fine. */
  async remove(path: string): Promise<void> {
    this.#write({ name: 'remove', path }, () => {
      if (this.#links.delete(path)) return;
      const real = this.#real(path);
      for (const entries of [this.#files, this.#folders, this.#links]) {
        for (const entry of entries.keys()) if (entry === real || entry.startsWith(`${real}/`)) entries.delete(entry);
      }
    });
  }

  /** Makes or replaces a symbolic link; a relative target stands against the link's own folder. */
  async link(target: string, path: string): Promise<void> {
    this.#write({ name: 'link', path }, () => this.#links.set(path, target));
  }

  #write(
    operation: { name: DiskOperation['name']; path: string },
    act: () => void,
    tear?: (kept: number) => void,
  ): void {
    this.#alive(operation.path);
    const fate = this.#decide({ ...operation, n: ++this.#writes });
    if (fate === 'proceed') {
      act();
      return;
    }
    if ('keepBytes' in fate) {
      tear?.(fate.keepBytes);
      this.#dead = true;
      throw failure('EIO', operation.path);
    }
    if (fate.fail === 'after') act();
    throw failure(fate.code, operation.path);
  }

  #put(path: string, bytes: Uint8Array, mode: number): void {
    const real = this.#real(path);
    if (!this.#folders.has(posix.dirname(real))) throw missing(path);
    this.#files.set(real, { bytes, mode });
  }

  #file(path: string): MemoryFile {
    const file = this.#files.get(this.#real(path));
    if (file === undefined) throw missing(path);
    return file;
  }

  #text(path: string): string {
    return Buffer.from(this.#file(path).bytes).toString('utf8');
  }

  #real(path: string): string {
    let real = posix.resolve('/', path);
    for (let hops = 0; hops < 10; hops++) {
      const link = [...this.#links].find(([from]) => real === from || real.startsWith(`${from}/`));
      if (link === undefined) break;
      real = posix.resolve(posix.dirname(link[0]), link[1]) + real.slice(link[0].length);
    }
    return real;
  }

  #alive(path: string): void {
    if (this.#dead) throw failure('EIO', path);
  }
}

function missing(path: string): Error {
  return failure('ENOENT', path);
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: in-memory disk, '${path}'`), { code, path });
}
