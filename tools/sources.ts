import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Program, parseSync } from 'oxc-parser';

/** The checkout's top folder, with a trailing slash. */
export const root = new URL('../', import.meta.url).pathname;

/** A TypeScript file of the project, by its path from the top folder. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** What a check found, in the form that editors turn into a link. */
export interface Finding {
  readonly path: string;
  readonly offset: number;
  readonly message: string;
}

/** Reads every TypeScript file that git knows or would add, so that ignored folders never count. */
export async function readSources(...folders: readonly string[]): Promise<readonly Source[]> {
  const { stdout } = await execa('git', ['ls-files', '-co', '--exclude-standard', '--deduplicate', '--', ...folders], {
    cwd: root,
  });
  const { stdout: deleted } = await execa('git', ['ls-files', '-d', '--', ...folders], { cwd: root });
  const gone = new Set(deleted.split('\n'));
  const paths = stdout.split('\n').filter((path) => path.endsWith('.ts') && !gone.has(path));
  return Promise.all(paths.sort().map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })));
}

/** Parses a source; a file that does not parse throws with the parser's own words. */
export function parse(source: Source): Program {
  const { program, errors } = parseSync(source.path, source.text, { lang: 'ts' });
  const [first] = errors;
  if (first) throw new Error(`${source.path} does not parse: ${first.message}`);
  return program;
}

/** Prints findings as `path:line:column: message` and fails the process where there are any. */
export function report(findings: readonly Finding[], sources: readonly Source[], subject: string): void {
  const texts = new Map(sources.map((source) => [source.path, source.text]));
  for (const { path, offset, message } of findings) {
    console.error(`${path}:${position(texts.get(path) ?? '', offset)}: ${message}`);
  }
  if (findings.length > 0) process.exitCode = 1;
  else console.log(`${subject}: ${sources.length} files, nothing found.`);
}

function position(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
