import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ReadyLine, readyLine } from './detection/start-up.ts';

/** Is a process of the staging: it ends when its stdin closes, so it never outlives the supervisor. */
export interface StagingChild {
  readonly name: string;
  /** Hands over the start-up, which may hold secrets, by stdin. */
  readonly start: (startUp?: object) => void;
  /** Resolves with the child's first line. @throws when it ends before that */
  readonly ready: Promise<ReadyLine>;
  readonly ended: Promise<string>;
  readonly end: () => Promise<void>;
}

export interface ChildCommand {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logs: string;
}

const graceMs = 1500;

/** Starts a child in a process group of its own; what it prints on stderr goes to `logs/<name>.log`. */
export function startChildProcess({ name, file, args, env, logs }: ChildCommand): StagingChild {
  const log = openSync(join(logs, `${name}.log`), 'a', 0o600);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', log], env, detached: true });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${name} cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`${name} ended (${signal ?? `exit code ${code}`})`));
  });
  const ready = Promise.race([firstLine(child), ended.then(failed)]);
  ready.catch(() => undefined);
  return {
    name,
    start: (startUp) => child.stdin?.write(startUp === undefined ? '' : `${JSON.stringify(startUp)}\n`),
    ready,
    ended,
    end: () => end(child, ended),
  };
}

async function firstLine(child: ChildProcess): Promise<ReadyLine> {
  if (child.stdout === null) throw new Error('The child has no stdout.');
  const lines = createInterface({ input: child.stdout });
  const text = await new Promise<string>((resolve) => lines.once('line', resolve));
  lines.on('line', () => undefined);
  return readyLine.parse(JSON.parse(text));
}

function failed(how: string): never {
  throw new Error(`${how} before it was ready.`);
}

/** Closes stdin, then asks, then kills the whole group. */
async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.pid === undefined) return;
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => killGroup(child), graceMs);
  await ended;
  clearTimeout(timer);
  killGroup(child);
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
