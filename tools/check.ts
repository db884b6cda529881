/**
 * Runs every check of the project and prints one table: `npm run check [-- <part>…] [--json <file>]`.
 * All parts run even if one fails; the output of those that fail is shown.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { root } from './sources.ts';

interface Part {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

interface Result {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const parts: readonly Part[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '--max-diagnostics=100'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'promises', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'imports', command: ['node', 'tools/check-imports.ts'] },
  { name: 'determinism', command: ['node', 'tools/check-determinism.ts'] },
  { name: 'file lengths', command: ['node', 'tools/check-lengths.ts'] },
  { name: 'dead code', command: ['knip', '--no-progress', '--no-config-hints'] },
  { name: 'generated files', command: ['node', '--conditions=windshear-source', 'tools/docs.ts', '--check'] },
  { name: 'rules', command: ['node', 'tools/build-rules.ts', '--check'] },
  { name: 'package', command: ['node', 'tools/check-package.ts'] },
];
const limitMs = 600_000;

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No part is named '${unknown.join("', '")}': known are ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = parts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const results = await runAll(chosen);
const failed = results.filter((result) => !result.passed);
for (const { name, output } of failed) console.log(`\n── ${name}\n${output.trim() || '(no output)'}`);
console.log(`\n${table(results)}\n`);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
if (values.json !== undefined) {
  const failures = failed.map(({ name }) => name);
  const counts = { passed: results.length - failed.length, failed: failed.length, failures, finished: true };
  await writeFile(values.json, JSON.stringify(counts));
}
process.exitCode = failed.length === 0 ? 0 : 1;

async function runAll(queue: readonly Part[]): Promise<readonly Result[]> {
  const results = new Map<string, Result>();
  const waiting = queue.values();
  const worker = async () => {
    for (const part of waiting) results.set(part.name, await run(part));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  return queue.flatMap(({ name }) => results.get(name) ?? []);
}

async function run({ name, command: [file, ...args] }: Part): Promise<Result> {
  const begin = performance.now();
  const { failed, all, timedOut, shortMessage } = await execa(file, args, {
    cwd: root,
    preferLocal: true,
    all: true,
    reject: false,
    timeout: limitMs,
    killDescendants: true,
    stdin: 'ignore',
  });
  const output = timedOut ? `${all}\n'${name}' was ended after ${limitMs / 1000} s.` : all || (shortMessage ?? '');
  return { name, passed: !failed, seconds: (performance.now() - begin) / 1000, output };
}

/** The last line of a passing part says what it found, such as that a tool is absent. */
function table(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  return results
    .map(({ name, passed, seconds, output }) => {
      const note = passed ? (output.trim().split('\n').at(-1) ?? '') : '';
      return `${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(5)} s  ${note}`.trimEnd();
    })
    .join('\n');
}
