import { constants, type FileHandle, open } from 'node:fs/promises';
import type { Problem } from '../model/problems.ts';

/** What 5,000 lines have; a hostile file of that size is told within a second. */
const largestKib = 256;

/**
 * Reads a UTF-8 text file, or answers the problem: it is not there, is no file, is over 256 KiB (then it is not read),
 * or is not UTF-8. A byte order mark is dropped.
 */
export async function readTextFile(path: string): Promise<string | Problem> {
  let file: FileHandle | undefined;
  try {
    // Without waiting: a named pipe that nobody writes to would be opened for ever.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (!stat.isFile()) return { file: path, message: `is a ${stat.isDirectory() ? 'folder' : 'device'}, not a file.` };
    return sizeProblem(path, stat.size) ?? textOfBytes(path, await file.readFile());
  } catch (error) {
    return { file: path, message: readError(error) };
  } finally {
    await file?.close();
  }
}

function sizeProblem(path: string, bytes: number): Problem | undefined {
  const kib = Math.ceil(bytes / 1024);
  if (kib <= largestKib) return undefined;
  const size = kib > 1024 ? `${(kib / 1024).toFixed(1)} MiB` : `${kib} KiB`;
  return { file: path, message: `has ${size} and was not read; the limit is ${largestKib} KiB.` };
}

/** Decodes a file's bytes, or answers why they are no UTF-8, or too many: a file may grow while it is read. */
export function textOfBytes(path: string, bytes: Uint8Array): string | Problem {
  const problem = sizeProblem(path, bytes.length);
  if (problem !== undefined) return problem;
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { file: path, message: 'is UTF-16; save it as UTF-8.' };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return { file: path, message: 'is not UTF-8 text.' };
    throw error;
  }
}

/** Says why the system refused a file or folder. Throws what is no error of the system. */
export function readError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  return reasons[code] ?? `cannot be read: ${code}.`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  ENOTDIR: 'there is no such file.',
  EACCES: 'cannot be read: permission denied.',
  ELOOP: 'cannot be read: its links lead in a circle.',
};
