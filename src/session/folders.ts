import { resolve } from 'node:path';

/** Where a session keeps its files, all absolute. */
export interface Folders {
  readonly reports: string;
  /** `.windshear`: the stop file of its owner. */
  readonly own: string;
  /** `.windshear/state`: pre-images and locks. */
  readonly state: string;
  /** `.windshear/staging`: the embedded staging of this folder. */
  readonly staging: string;
}

/** Names the folders of a session that was started in `cwd`. */
export function foldersOf(cwd: string, reports = 'reports'): Folders {
  const own = resolve(cwd, '.windshear');
  return { reports: resolve(cwd, reports), own, state: `${own}/state`, staging: `${own}/staging` };
}
