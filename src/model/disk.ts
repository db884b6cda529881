/**
 * Keeps what must survive the process. Durable writes return after fsync of the file and, where an entry was
 * made or renamed, of its folder. Paths are absolute. A missing file rejects with `code: 'ENOENT'`.
 */
export interface Disk {
  readonly makeFolder: (path: string, mode?: number) => Promise<void>;
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly list: (path: string) => Promise<readonly string[]>;
  readonly exists: (path: string) => Promise<boolean>;
  readonly appendDurably: (path: string, bytes: Uint8Array, mode?: number) => Promise<void>;
  /** Replaces the file as a whole: a reader sees the old or the new one. */
  readonly writeDurably: (path: string, bytes: Uint8Array, mode?: number) => Promise<void>;
  /** Makes the file, or answers false when there is one already; the basis of locks. */
  readonly createExclusively: (path: string, bytes: Uint8Array, mode?: number) => Promise<boolean>;
  readonly truncate: (path: string, length: number) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly link: (target: string, path: string) => Promise<void>;
}
