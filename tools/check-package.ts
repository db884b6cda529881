/**
 * Packs a copy of the checkout as `npm pack` does, lints the tarball, installs it into an empty project and uses it
 * there: `node tools/check-package.ts`. Packages come from npm's cache where it has them.
 */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { root } from './sources.ts';

const scratch = await mkdtemp(join(tmpdir(), 'windshear-package-'));
try {
  const tarball = await pack(join(scratch, 'copy'));
  await execa('publint', ['run', tarball, '--strict'], { ...quiet(scratch), preferLocal: true, localDir: root });
  const files = await listing(tarball);
  const consumer = join(scratch, 'consumer');
  await install(consumer, tarball);
  await usePackage(consumer);
  console.log(`package: ${files} files, publint clean; installs into an empty project, --help, import and types work.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Packing rewrites package.json for a moment, so it is done in a copy. */
async function pack(copy: string): Promise<string> {
  const { stdout } = await execa('git', ['ls-files', '-co', '--exclude-standard', '--deduplicate'], { cwd: root });
  const { stdout: deleted } = await execa('git', ['ls-files', '-d'], { cwd: root });
  const gone = new Set([...deleted.split('\n'), 'node_modules']);
  for (const path of stdout.split('\n').filter((one) => !gone.has(one))) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await cp(join(root, path), join(copy, path));
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const before = await readFile(join(copy, 'package.json'), 'utf8');
  await execa('npm', ['pack', '--pack-destination', scratch], quiet(copy));
  expectThat((await readFile(join(copy, 'package.json'), 'utf8')) === before, 'npm pack left package.json changed.');
  const { name, version } = JSON.parse(before);
  return join(scratch, `${name}-${version}.tgz`);
}

async function listing(tarball: string): Promise<number> {
  const { stdout } = await execa('tar', ['-tzf', tarball]);
  const files = stdout.split('\n');
  const stray = files.filter((file) => /(?<!\.d)\.ts$|\.spec\.|\/testing\//.test(file));
  expectThat(stray.length === 0, `The tarball has files that are not for users: ${stray.join(', ')}.`);
  const { stdout: manifest } = await execa('tar', ['-xzOf', tarball, 'package/package.json']);
  const { scripts, devDependencies } = JSON.parse(manifest);
  const clean = !manifest.includes('windshear-source') && scripts === undefined && devDependencies === undefined;
  expectThat(clean, 'The packed package.json still has what serves the checkout only: run tools/pack-manifest.ts.');
  return files.length;
}

async function install(consumer: string, tarball: string): Promise<void> {
  await mkdir(consumer);
  await writeFile(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const args = ['install', tarball, '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await execa('npm', args, { ...quiet(consumer), timeout: 300_000 });
}

async function usePackage(consumer: string): Promise<void> {
  const { stdout } = await execa('npx', ['--no-install', 'windshear', '--help'], quiet(consumer));
  expectThat(/Usage: windshear/.test(stdout), `'npx windshear --help' printed: ${stdout}`);
  await execa('node', ['--input-type=module', '--eval', "await import('windshear');"], quiet(consumer));
  await writeFile(
    join(consumer, 'use.ts'),
    "import * as windshear from 'windshear';\nexport const names = Object.keys(windshear);\n",
  );
  const types = [consumer, root].map((folder) => join(folder, 'node_modules', '@types')).join();
  const args = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--types',
    'node,mocha,chai',
    '--typeRoots',
    types,
    'use.ts',
  ];
  await execa('tsc', args, { ...quiet(consumer), preferLocal: true, localDir: root });
}

/** What npm tells its scripts about this package must not reach an npm that works on another one. */
function quiet(cwd: string) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?:package|lifecycle|config_local_prefix)|^INIT_CWD$/.test(name),
    ),
  );
  return { cwd, env, extendEnv: false, stdin: 'ignore', timeout: 120_000, killDescendants: true } as const;
}

function expectThat(met: boolean, otherwise: string): void {
  if (!met) throw new Error(otherwise);
}
