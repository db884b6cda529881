/**
 * Compiles the staging's Rego rules to WebAssembly: `node tools/build-rules.ts [--check]`.
 * With `--check` nothing is written: it fails when a committed binary is not what its source compiles to. Needs `opa`
 * on PATH; without it (or with another version than the one that built) it compares hashes of the sources only, and
 * says so.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';

const folder = new URL('../src/staging/detection/rules/', import.meta.url).pathname;
/** What each binary answers to; a package may read others, which its binary then holds too. */
const packages = {
  trail: { entrypoints: ['trail/alerts'], reads: [] },
  identity: { entrypoints: ['identity/alerts'], reads: [] },
  audit: { entrypoints: ['audit/alerts', 'audit/scheduled'], reads: ['admission'] },
  admission: { entrypoints: ['admission/denials'], reads: [] },
} as const satisfies Record<string, { entrypoints: readonly string[]; reads: readonly string[] }>;
type Package = keyof typeof packages;
const names = Object.keys(packages) as Package[];
const lockFile = join(folder, 'compiled.json');

type Lock = { readonly opa: string } & Record<Package, { sources: string; wasm: string }>;

const check = process.argv.includes('--check');
const opa = await opaVersion();
if (check) await checkRules();
else await buildRules();

async function buildRules(): Promise<void> {
  if (opa === undefined) return fail("'opa' is not on PATH: install it to compile the rules.");
  if (!(await rulesPassTheirTests())) return;
  const lock: Record<string, unknown> = { opa };
  for (const name of names) {
    const wasm = await compile(name);
    await writeFile(join(folder, `${name}.wasm`), wasm);
    lock[name] = { sources: await hashSources(name), wasm: sha256(wasm) };
    say(`${name}.wasm: ${wasm.byteLength} bytes, opa ${opa}.`);
  }
  await writeFile(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
}

async function checkRules(): Promise<void> {
  const lock: Lock = JSON.parse(await readFile(lockFile, 'utf8'));
  const recompile = opa === lock.opa;
  for (const name of names) {
    const committed = await readFile(join(folder, `${name}.wasm`));
    const stale = sha256(committed) !== lock[name].wasm || (await hashSources(name)) !== lock[name].sources;
    if (stale || (recompile && !committed.equals(await compile(name)))) {
      fail(`${name}.wasm is not what rules/${name}/*.rego compile to. Run: node tools/build-rules.ts`);
    }
  }
  if (opa !== undefined) await rulesPassTheirTests();
  if (process.exitCode === 1) return;
  if (recompile) say(`up to date, recompiled with opa ${opa}.`);
  else
    say(`sources unchanged since opa ${lock.opa} compiled them; not recompiled: ${opa ?? 'no opa'} on this machine.`);
}

async function rulesPassTheirTests(): Promise<boolean> {
  for (const args of [
    ['fmt', '--list', '--fail', '.'],
    ['check', '--strict', '.'],
    ['test', '.'],
  ]) {
    const { all, failed } = await execa('opa', args, { cwd: folder, reject: false, all: true });
    if (!failed) continue;
    fail(`opa ${args.join(' ')} failed:\n${all}`);
    return false;
  }
  return true;
}

async function opaVersion(): Promise<string | undefined> {
  const { stdout, failed } = await execa('opa', ['version'], { reject: false });
  return failed ? undefined : /^Version: (\S+)/.exec(stdout)?.[1];
}

/** The sources are named relative to their folder, since the binary contains their names. */
async function compile(name: Package): Promise<Buffer> {
  const scratch = await mkdtemp(join(tmpdir(), 'windshear-rules-'));
  try {
    const bundle = join(scratch, 'bundle.tar.gz');
    const { entrypoints, reads } = packages[name];
    const asked = entrypoints.flatMap((entrypoint) => ['-e', entrypoint]);
    const args = ['build', '-t', 'wasm', ...asked, '--ignore', '*_test.rego', '-o', bundle, name, ...reads];
    await execa('opa', args, { cwd: folder });
    return fileInTar(gunzipSync(await readFile(bundle)), '/policy.wasm');
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Finds one file in a tar archive of 512-byte blocks: https://www.gnu.org/software/tar/manual/html_node/Standard.html */
function fileInTar(tar: Buffer, wanted: string): Buffer {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('utf8', at + 124, at + 136), 8) || 0;
    if (name === wanted) return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`opa's bundle has no ${wanted}.`);
}

async function hashSources(name: Package): Promise<string> {
  const texts: string[] = [];
  for (const part of [name, ...packages[name].reads]) {
    const files = (await readdir(join(folder, part))).filter((file) => /(?<!_test)\.rego$/.test(file)).sort();
    for (const file of files) texts.push(`${file}\n${await readFile(join(folder, part, file), 'utf8')}`);
  }
  return sha256(texts.join('\0'));
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function say(text: string): void {
  console.log(`rules: ${text}`);
}

function fail(text: string): void {
  console.error(`rules: ${text}`);
  process.exitCode = 1;
}
