import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { root } from '../sources.ts';

export interface CommandRun {
  readonly exitCode: number;
  readonly wallMs: number;
  /** Peak resident memory of the command's own process; undefined where the system does not tell. */
  readonly peakBytes?: number;
  /** Empty for exit code 0; else what to tell the reader. */
  readonly trouble: string;
}

/** How a command is started: node's own arguments, and variables of the environment. */
export interface Program {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The command line of the checkout, as the script `windshear` of package.json starts it. */
export const sourceProgram = readScript('windshear');

function readScript(name: string): Program {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const words = scripts[name]?.replaceAll('$PWD', root.replace(/\/$/, '')).split(' ') ?? [];
  const node = words.indexOf('node');
  if (node < 0) throw new Error(`The script '${name}' of package.json starts no node.`);
  const variables = words.slice(0, node).map((word) => word.split('=', 2) as [string, string]);
  return { args: words.slice(node + 1), variables: Object.fromEntries(variables) };
}

/** Runs the command line once in the checkout, without npm in between. */
export async function runCommand(args: readonly string[], program: Program = sourceProgram): Promise<CommandRun> {
  const begin = performance.now();
  const child = execa(process.execPath, [...program.args, ...args], {
    cwd: root,
    reject: false,
    stdin: 'ignore',
    timeout: 300_000,
    env: { ...program.variables, CI: 'true', NO_COLOR: '1' },
  });
  const watched = watchPeak(child.pid);
  const { exitCode, stderr, shortMessage } = await child;
  const wallMs = performance.now() - begin;
  const peakBytes = watched();
  if (exitCode === undefined) throw new Error(shortMessage);
  const trouble = exitCode === 0 ? '' : `${args[0]} ended with exit code ${exitCode}: ${firstError(stderr)}`;
  return { exitCode, wallMs, trouble, ...(peakBytes === undefined ? {} : { peakBytes }) };
}

function firstError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it printed nothing on stderr';
}

/** Follows the kernel's own high-water mark, so that only growth in the last 100 ms of a process can be missed. */
function watchPeak(pid: number | undefined): () => number | undefined {
  let peakBytes: number | undefined;
  const timer = setInterval(() => {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(statusOf(pid))?.[1];
    if (kilobytes !== undefined) peakBytes = Number(kilobytes) * 1024;
  }, 100);
  return () => {
    clearInterval(timer);
    return peakBytes;
  };
}

/** Empty where there is no /proc, or no such process any more. */
function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
