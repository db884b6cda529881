/**
 * Makes package.json fit for the tarball and puts it back: `node tools/pack-manifest.ts strip|restore`.
 * npm runs it before and after packing. The checkout's private condition would lead a user's import to a `src/` that is
 * not shipped; scripts and dev dependencies serve the checkout only.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './sources.ts';

const manifest = join(root, 'package.json');
const original = join(root, '.package.json.before-pack');

const command = process.argv[2];
if (command === 'strip') await strip();
else if (command === 'restore') await restore();
else {
  console.error(`Usage: node tools/pack-manifest.ts strip|restore, got '${command ?? ''}'.`);
  process.exitCode = 2;
}

async function strip(): Promise<void> {
  await restore();
  const text = await readFile(manifest, 'utf8');
  await writeFile(original, text);
  const checkout: Manifest = JSON.parse(text);
  await writeFile(manifest, `${JSON.stringify(stripped(checkout), null, 2)}\n`);
}

/** Also mends what a pack that was killed left behind; without such a rest it does nothing. */
async function restore(): Promise<void> {
  await rename(original, manifest).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

function stripped({ scripts: _s, devDependencies: _d, allowScripts: _a, ...shipped }: Manifest): Manifest {
  const { 'windshear-source': _private, ...entry } = Object(shipped.exports['.']);
  return { ...shipped, exports: { ...shipped.exports, '.': entry } };
}
