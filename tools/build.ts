/** Emits `dist/` from `src/`: JavaScript, types and the files that are neither: `npm run build`. */
import { chmod, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Expression, parseSync, Visitor } from 'oxc-parser';
import { root } from './sources.ts';

const source = join(root, 'src');
const destination = join(root, 'dist');
const program = join(destination, 'cli', 'main.js');

await rm(destination, { recursive: true, force: true });
const { failed } = await execa('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  preferLocal: true,
  stdio: 'inherit',
  reject: false,
});
if (failed) {
  console.error('build: the sources have type errors, nothing was emitted.');
  process.exit(1);
}
await copyAssets();
await rewriteModuleUrls();
await makeExecutable();

/** Copies WebAssembly, Rego, JSON, Python and whatever else lies beside the code, less what only tests read. */
async function copyAssets(): Promise<void> {
  const testOnly = /^testing\/|(?:^|\/)fixtures\/|(?:^|\/)__pycache__\/|\.fixture\.[^/]*$|_test\.rego$/;
  for (const path of await filesIn(source)) {
    if (path.endsWith('.ts') || testOnly.test(path)) continue;
    await cp(join(source, path), join(destination, path));
  }
}

/** `new URL('./x.ts', import.meta.url)` names a file to run; tsc rewrites imports only. */
async function rewriteModuleUrls(): Promise<void> {
  for (const path of await filesIn(destination)) {
    if (!path.endsWith('.js')) continue;
    const file = join(destination, path);
    const text = await readFile(file, 'utf8');
    const rewritten = withModuleUrls(text);
    if (rewritten !== text) await writeFile(file, rewritten);
  }
}

function withModuleUrls(text: string): string {
  const ends: number[] = [];
  new Visitor({
    NewExpression: ({ callee, arguments: [specifier, base] }) => {
      const isUrl = callee.type === 'Identifier' && callee.name === 'URL';
      if (!isUrl || specifier?.type !== 'Literal' || typeof specifier.value !== 'string' || !isModuleUrl(base)) return;
      if (/^\.{1,2}\/.*\.ts$/.test(specifier.value)) ends.push(specifier.end);
    },
  }).visit(parseSync('module.js', text).program);
  return ends.reverse().reduce((result, end) => `${result.slice(0, end - 3)}js${result.slice(end - 1)}`, text);
}

function isModuleUrl(node: Expression | { readonly type: 'SpreadElement' } | undefined): boolean {
  return (
    node?.type === 'MemberExpression' &&
    node.object.type === 'MetaProperty' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'url'
  );
}

async function makeExecutable(): Promise<void> {
  const shebang = '#!/usr/bin/env node\n';
  const text = await readFile(program, 'utf8');
  if (!text.startsWith('#!')) await writeFile(program, shebang + text);
  await chmod(program, 0o755);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
