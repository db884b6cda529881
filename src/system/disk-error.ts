import { exitCodes, WindshearError } from '../model/errors.ts';

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space and try again',
  EDQUOT: 'the disk quota is used up. Free some space and try again',
  EROFS: 'the file system is read-only. Mount it writable, or name another folder',
  EACCES: 'permission denied. Check the owner and mode of the folder',
  EPERM: 'permission denied. Check the owner and mode of the folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTSUP: 'the file system takes no folders there',
  EISDIR: 'it is a folder, and a file was expected',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n)',
  EIO: 'the disk reported an input/output error. Check the disk',
};

/** Is thrown when this machine's disk refuses; `code` is the system's own (`ENOSPC`, `EROFS`, `EACCES`). */
export class DiskError extends WindshearError {
  readonly path: string;
  constructor(code: string, doing: string, path: string, cause: unknown) {
    const why = causes[code] ?? 'the system refused';
    super(code, exitCodes.internal, `Cannot ${doing} '${path}': ${why} (${code}).`, { cause });
    this.path = path;
  }
}

/** Runs one disk operation and names what failed on which path; a missing file keeps its own error (`ENOENT`). */
export async function naming<T>(doing: string, path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || code === 'ENOENT') throw error;
    throw new DiskError(code, doing, path, error);
  }
}

/** Reads the system's code of an error, where it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
