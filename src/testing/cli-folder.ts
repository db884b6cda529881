import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A temporary folder in which the real command line runs. */
export interface CliFolder {
  readonly path: string;
  readonly write: (file: string, content: string | Uint8Array) => Promise<void>;
  readonly run: (args: readonly string[], more?: CliMore) => Promise<CliResult>;
  readonly remove: () => Promise<void>;
}

export interface CliMore {
  readonly stdin?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

/** Makes a folder with the project's own environment and scenarios, or an empty one. */
export async function cliFolder(content: 'project' | 'empty' = 'empty'): Promise<CliFolder> {
  const path = await mkdtemp(join(tmpdir(), 'windshear-cli-'));
  if (content === 'project') {
    await cp(join(root, 'windshear.yaml'), join(path, 'windshear.yaml'));
    await cp(join(root, 'scenarios'), join(path, 'scenarios'), { recursive: true });
  }
  return {
    path,
    write: async (file, text) => {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text);
    },
    run: (args, more = {}) => runCli(path, args, more),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

function runCli(
  cwd: string,
  args: readonly string[],
  { stdin, variables, nodeOptions = [] }: CliMore,
): Promise<CliResult> {
  return new Promise((resolve) => {
    const node = ['--conditions=windshear-source', ...nodeOptions, main, ...args];
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, ...variables };
    const child = execFile(process.execPath, node, { cwd, env, timeout: 20_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, err });
    });
    child.stdin?.end(stdin ?? '');
  });
}
