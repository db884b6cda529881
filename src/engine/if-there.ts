/** A part of the path is a file where a folder would be, so nothing is there either. */
const absent: readonly unknown[] = ['ENOENT', 'ENOTDIR'];

/** Waits for a look at a file or folder; undefined where it is not there, or goes while it is looked at. */
export async function ifThere<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.includes(error.code)) return undefined;
    throw error;
  }
}
