import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Tells a process from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the words of the operating system; only compared, never read. */
  readonly startedAt: string;
}

/** Identifies a running process. @throws when there is none with this pid */
export async function processIdentity(pid: number): Promise<ProcessIdentity> {
  const startedAt = await startOf(pid);
  if (startedAt === undefined) throw new Error(`No process with pid ${pid} is running.`);
  return { pid, startedAt };
}

/** Says whether that very process still runs; a zombie does not. */
export async function isRunning({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  return (await startOf(pid)) === startedAt;
}

async function startOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? startInProc(pid) : startByPs(pid);
}

/** Field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name in field 2 may hold anything. */
async function startInProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === undefined || state === '' || state === 'Z' ? undefined : rest[18];
}

async function startByPs(pid: number): Promise<string | undefined> {
  const found = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => undefined);
  const text = found?.stdout.trim();
  return text === '' ? undefined : text;
}
