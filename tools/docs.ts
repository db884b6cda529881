/**
 * Regenerates the JSON schemas, README's tables and the figures of the tests: `npm run docs`.
 * With `--check` nothing is written: it fails when a committed file is not what would be generated.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { catalogue } from '../src/catalogue.ts';
import { generatedSchemas } from '../src/model/json-schema.ts';
import { readFigures } from './docs/figures.ts';
import { withGenerated } from './docs/generated.ts';
import { catalogueTables, exitCodeTable, reasonCodeTable } from './docs/tables.ts';
import { testingPage } from './docs/testing-page.ts';
import { root } from './sources.ts';

const check = process.argv.includes('--check');
const generated = new Map([
  ...generatedSchemas(catalogue),
  ['README.md', await readme()],
  ['src/testing/README.md', testingPage(await readFigures())],
]);
const stale: string[] = [];
for (const [path, text] of generated) {
  const committed = await readFile(join(root, path), 'utf8').catch(() => undefined);
  if (committed === text) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
if (stale.length === 0) console.log(`generated files: all ${generated.size} are up to date.`);
else if (!check) console.log(`generated files: wrote ${stale.join(', ')}.`);
else {
  console.error(`Not what the sources generate: ${stale.join(', ')}. Run: npm run docs`);
  process.exitCode = 1;
}

async function readme(): Promise<string> {
  const committed = await readFile(join(root, 'README.md'), 'utf8');
  const withCatalogue = withGenerated(committed, 'catalogue', catalogueTables(catalogue));
  return withGenerated(withGenerated(withCatalogue, 'exit codes', exitCodeTable()), 'reason codes', reasonCodeTable());
}
