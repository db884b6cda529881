import { constants } from 'node:fs';
import { lstat, open, stat } from 'node:fs/promises';
import type { FoundStop } from '../engine/stop.ts';
import { errorCode } from '../system/disk-error.ts';

/** A request takes some 150 bytes; what is larger is none of ours, and its content is nobody's name. */
const readLimit = 64 * 1024;

/**
 * Looks at what stands at the place of a stop file, whatever it is: a file, a FIFO, a folder, a link that leads nowhere.
 * Only a small regular file is read, and it is opened so that nothing blocks: a blocked read would keep the process from
 * ever exiting (https://man7.org/linux/man-pages/man7/fifo.7.html). Rejects where the place itself cannot be looked at.
 */
export async function lookAtStopFile(path: string): Promise<FoundStop | undefined> {
  try {
    const entry = await lstat(path);
    const content = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    const found = { isFile: entry.isFile(), entryEpochMs: entry.mtimeMs };
    if (content === undefined) return found;
    const text = content.isFile() ? await textOf(path) : undefined;
    return { ...found, contentEpochMs: content.mtimeMs, ...(text === undefined ? {} : { text }) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Undefined where it may not, or need not, be read. Rejects where the file is gone. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const now = await file.stat();
      if (!now.isFile() || now.size > readLimit) return undefined;
      const { buffer, bytesRead } = await file.read(new Uint8Array(readLimit), 0, readLimit, 0);
      return new TextDecoder().decode(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw error;
    return undefined;
  }
}
