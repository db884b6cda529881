import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../sources.ts';
import { runCommand } from './command.ts';
import { type Figure, measured, skipped } from './figure.ts';

const count = 200;

export const validate: Figure = {
  name: `validate of ${count} scenarios`,
  unit: 'ms',
  goal: '< 1000',
  measure: async ({ runs }) => {
    const originals = await scenarioFiles();
    if (originals.length === 0) return skipped('there are no scenarios to make copies of');
    const folder = await mkdtemp(join(tmpdir(), 'windshear-bench-'));
    try {
      const files = await writeCopies(originals, folder);
      const times: number[] = [];
      for (let n = 0; n <= runs; n++) {
        const { wallMs, trouble } = await runCommand(['validate', ...files]);
        if (trouble) throw new Error(trouble);
        times.push(wallMs);
      }
      return measured(times.slice(1), 'from source');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function scenarioFiles(): Promise<readonly string[]> {
  const paths = await readdir(join(root, 'scenarios'), { recursive: true }).catch(() => []);
  return paths.filter((path) => path.endsWith('.yaml')).map((path) => join('scenarios', path));
}

/** Copies the project's scenarios in turn under new ids; an id equals its file name. */
async function writeCopies(originals: readonly string[], folder: string): Promise<readonly string[]> {
  const texts = await Promise.all(originals.map((path) => readFile(join(root, path), 'utf8')));
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const id = `copy-${n + 1}`;
      const file = join(folder, `${id}.yaml`);
      await writeFile(file, (texts[n % texts.length] ?? '').replace(/^id: *\S+/m, `id: ${id}`));
      return file;
    }),
  );
}
