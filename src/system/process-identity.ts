import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { errorCode } from './disk-error.ts';

/** A process on this machine: the pid is re-used by the system, pid and start together are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Compared as a whole, never read as a time: `<boot id>/<clock ticks since boot>`, elsewhere what `ps` prints. */
  readonly startedAt: string;
  readonly host: string;
}

/** Names this process as locks and journals know it. */
export async function thisProcess(): Promise<ProcessIdentity> {
  const startedAt = await startOf(process.pid);
  if (startedAt === undefined) throw new Error(`Cannot tell when this process (pid ${process.pid}) started.`);
  return { pid: process.pid, startedAt, host: hostname() };
}

/** Tells whether the process that had this pid and this start is still running; a zombie is not. */
export async function isAlive(pid: number, startedAt: string): Promise<boolean> {
  return (await startOf(pid)) === startedAt;
}

/** Tells when a process started, or undefined where there is none; setting the wall clock does not change it. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
}

/**
 * Lists the living processes of a group whose environment, as they were started with, holds `name=value…`. A group keeps
 * its number from others for as long as one of it is there, its leader or not. Empty where no /proc tells.
 */
export async function groupMembers(group: number, variable: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const members = await Promise.all(
    pids.map(async (pid) => {
      if ((await statOnLinux(pid))?.group !== group) return [];
      // Another user's process is none that we started.
      const environment = (await readUnless(`/proc/${pid}/environ`, [...gone, 'EACCES', 'EPERM'])) ?? '';
      return environment.split('\0').some((one) => one.startsWith(variable)) ? [pid] : [];
    }),
  );
  return members.flat();
}

/** Reads fields 3 (state), 5 (pgrp) and 22 (starttime) of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. */
async function statOnLinux(pid: number) {
  const stat = await readUnless(`/proc/${pid}/stat`, gone);
  if (stat === undefined) return undefined;
  // Field 2 is the command in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const ticks = fields[19];
  return ticks === undefined || state === 'Z' || state === 'X' ? undefined : { group: Number(group), ticks };
}

async function startOnLinux(pid: number): Promise<string | undefined> {
  const stat = await statOnLinux(pid);
  if (stat === undefined) return undefined;
  const { ticks } = stat;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()}/${ticks}`;
}

async function startByPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      env: { PATH: process.env['PATH'] ?? '/bin:/usr/bin', LC_ALL: 'C' },
    });
    const [state = '', ...start] = stdout.trim().split(/\s+/);
    return start.length === 0 || state.startsWith('Z') ? undefined : start.join(' ');
  } catch (error) {
    // `ps` exits with 1 where there is no such process.
    if (error instanceof Error && 'code' in error && error.code === 1) return undefined;
    throw error;
  }
}

const gone = ['ENOENT', 'ESRCH'];

async function readUnless(path: string, codes: readonly string[]): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codes.includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
