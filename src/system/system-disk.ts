import { randomBytes } from 'node:crypto';
import {
  constants,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
} from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { DiskError, errorCode, naming } from './disk-error.ts';

const fileMode = 0o644;
const folderMode = 0o755;

/**
 * Keeps files on this machine's disk. Every write returns after fsync of the file and, where an entry was made,
 * renamed or removed, of its folder (https://man7.org/linux/man-pages/man2/fsync.2.html, NOTES).
 * Throws `DiskError` with the system's code (`ENOSPC`, `EROFS`, `EACCES`); a missing file rejects with `ENOENT`.
 */
export const systemDisk: Disk = {
  makeFolder: (path, mode = folderMode) =>
    naming('make the folder', path, async () => {
      await makeWithParents(resolve(path), mode);
    }),

  read: (path) => naming('read', path, () => readFile(path)),

  list: (path) => naming('list', path, async () => (await readdir(path)).sort()),

  exists: (path) =>
    naming('look for', path, async () => {
      try {
        await stat(path);
        return true;
      } catch (error) {
        if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
        throw error;
      }
    }),

  appendDurably: (path, bytes, mode = fileMode) =>
    naming('append to', path, async () => {
      const handle = await open(path, 'a', mode);
      let isNew: boolean;
      try {
        isNew = (await handle.stat()).size === 0;
        await writeAll(handle, bytes);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      if (isNew) await syncFolder(dirname(path));
    }),

  writeDurably: (path, bytes, mode = fileMode) =>
    naming('write', path, () =>
      withTemporary(path, bytes, mode, async (temporary) => {
        await rename(temporary, path);
        await syncFolder(dirname(path));
      }),
    ),

  createExclusively: (path, bytes, mode = fileMode) =>
    naming('create', path, () =>
      withTemporary(path, bytes, mode, async (temporary) => {
        const created = await publishExclusively(temporary, path, { bytes, mode });
        if (created) await syncFolder(dirname(path));
        return created;
      }),
    ),

  truncate: (path, length) =>
    naming('truncate', path, async () => {
      await truncate(path, length);
      const handle = await open(path, constants.O_WRONLY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),

  remove: (path) =>
    naming('remove', path, async () => {
      await rm(path, { recursive: true, force: true });
      if (await systemDisk.exists(dirname(path))) await syncFolder(dirname(path));
    }),

  link: (target, path) =>
    naming('link', path, async () => {
      const temporary = temporaryBeside(path);
      await symlink(target, temporary);
      await rename(temporary, path);
      await syncFolder(dirname(path));
    }),
};

async function withTemporary<T>(
  path: string,
  bytes: Uint8Array,
  mode: number,
  publish: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryBeside(path);
  const handle = await open(temporary, 'wx', mode);
  try {
    await writeAndSync(handle, bytes);
    return await publish(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

interface Content {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** A hard link shows the file to others only once its content is whole; not every file system has them. */
async function publishExclusively(temporary: string, path: string, content: Content): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
  }
  try {
    await writeAndSync(await open(path, 'wx', content.mode), content.bytes);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function writeAndSync(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    await writeAll(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    written += (await handle.write(bytes, written)).bytesWritten;
  }
}

function temporaryBeside(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`;
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; there the entry is durable with the file.
  if (process.platform === 'win32') return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Node's own recursion never ends where a parent is there and takes no folders, as /proc does. */
async function makeWithParents(path: string, mode: number): Promise<void> {
  for (let isLast = false; ; ) {
    try {
      await mkdir(path, { mode });
      return await syncFolder(dirname(path));
    } catch (error) {
      if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
      const parent = dirname(path);
      if (errorCode(error) !== 'ENOENT' || parent === path) throw error;
      if (isLast) throw new DiskError('ENOTSUP', 'make the folder', path, error);
      await makeWithParents(parent, mode);
      isLast = true;
    }
  }
}
