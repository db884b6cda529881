import type { Disk } from '../model/disk.ts';

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
