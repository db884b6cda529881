import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const lookEveryMs = 5;

/** How a call of the command line ended. */
export interface Ended {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call of the command line that goes on. */
export interface Going {
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
  /** Waits until a journal, its own run's by default, has come to a step: `control 0 acknowledged`, `run-started`. */
  readonly reached: (step: string, run?: string) => Promise<void>;
  /** Waits until the steps of its journal, wherever it lies, fulfil a condition; `what` says it. */
  readonly came: (what: string, fulfils: (steps: readonly string[]) => boolean, reports?: string) => Promise<void>;
  /** Waits until it has printed this to either stream. */
  readonly said: (text: string) => Promise<void>;
}

/** Starts the real command line in a folder, as a user in a checkout does. */
export function start(folder: string, args: readonly string[], script: readonly string[] = [main]): Going {
  const child = execa(process.execPath, ['--conditions=windshear-source', ...script, ...args], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  let printed = '';
  let isOver = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
  }
  const ended = child.then(({ exitCode, stdout, stderr }): Ended => {
    isOver = true;
    return { code: exitCode, stdout, stderr };
  });
  const before = runsOf(folder);
  const came: Going['came'] = async (what, fulfils, reports = 'reports') => {
    const known = await before;
    await until(what, async () => {
      const run = (await runsOf(folder, reports)).find((id) => !known.includes(id));
      return run !== undefined && fulfils(await stepsOf(folder, run, reports));
    });
  };
  const until = async (what: string, look: () => Promise<boolean>) => {
    for (;;) {
      const last = isOver;
      if (await look()) return;
      if (last) throw new Error(`It ended before ${what}:\n${printed}`);
      await sleep(lookEveryMs);
    }
  };
  return {
    kill: (signal) => void child.kill(signal),
    ended,
    reached: async (step, run) => {
      const what = `its journal came to '${step}'`;
      if (run === undefined) await came(what, (steps) => steps.includes(step));
      else await until(what, async () => (await stepsOf(folder, run)).includes(step));
    },
    came,
    said: (text) => until(`it said '${text}'`, async () => printed.includes(text)),
  };
}

/** Lists the runs of a folder, oldest first. */
export async function runsOf(folder: string, reports = 'reports'): Promise<readonly string[]> {
  const names = await readdir(resolve(folder, reports)).catch(() => []);
  return names.filter((name) => /^\d{8}-\d{6}-[a-z]{6}$/.test(name)).toSorted();
}

/** Reads a journal as steps: `<role> <index> <kind>` for what belongs to an injection, else the kind alone. */
export async function stepsOf(folder: string, run: string, reports = 'reports'): Promise<readonly string[]> {
  const text = await readFile(resolve(folder, reports, run, 'journal.jsonl'), 'utf8').catch(() => '');
  const injections = new Map<number, string>();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const entry = JSON.parse(line) as { seq: number; kind: string; of?: number; role?: string; index?: number };
      if (entry.kind === 'intent') injections.set(entry.seq, `${entry.role} ${entry.index}`);
      const injection = injections.get(entry.of ?? entry.seq);
      return injection === undefined ? entry.kind : `${injection} ${entry.kind}`;
    });
}
