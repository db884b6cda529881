import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { ministackVersion } from '../src/staging/venv/version.ts';

/**
 * Writes `src/staging/venv/requirements.txt`: the emulator and all that it needs, each pinned to a version and to
 * the hashes of its wheels on every platform below. Run it by hand after a change of version:
 * `node tools/pin-ministack.ts`.
 */
const pythons = ['3.11', '3.12', '3.13', '3.14'];
const platforms = [
  ['manylinux_2_28_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
  ['manylinux_2_28_aarch64', 'manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
  ['musllinux_1_2_x86_64'],
  ['musllinux_1_2_aarch64'],
  ['macosx_11_0_arm64'],
  ['macosx_10_13_x86_64'],
];

const report = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      download_info: z.object({
        url: z.string(),
        archive_info: z.object({ hashes: z.object({ sha256: z.string() }) }),
      }),
    }),
  ),
});

const scratch = await mkdtemp(join(tmpdir(), 'pin-ministack-'));
try {
  const resolved = await resolve([`ministack==${ministackVersion}`]);
  const lines: string[] = [];
  for (const { metadata, download_info } of resolved.toSorted(byName)) {
    const pinned = `${metadata.name.toLowerCase()}==${metadata.version}`;
    const hashes = new Set([download_info.archive_info.hashes.sha256]);
    if (!download_info.url.endsWith('-none-any.whl')) for (const hash of await wheelsOf(pinned)) hashes.add(hash);
    lines.push([pinned, ...[...hashes].toSorted().map((hash) => `--hash=sha256:${hash}`)].join(' \\\n    '));
  }
  const head = '# Written by tools/pin-ministack.ts; do not edit.\n';
  await writeFile(new URL('../src/staging/venv/requirements.txt', import.meta.url), `${head}${lines.join('\n')}\n`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

type Resolved = z.infer<typeof report>['install'];

async function wheelsOf(pinned: string): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const python of pythons) {
    for (const tags of platforms) {
      const options = ['--no-deps', '--python-version', python, ...tags.flatMap((tag) => ['--platform', tag])];
      const found = await resolve([...options, pinned]);
      hashes.push(...found.map(({ download_info }) => download_info.archive_info.hashes.sha256));
    }
  }
  return hashes;
}

async function resolve(what: readonly string[]): Promise<Resolved> {
  const options = ['--dry-run', '--ignore-installed', '--quiet', '--only-binary', ':all:', '--target', scratch];
  const { stdout } = await execa('python3', ['-m', 'pip', 'install', ...options, '--report', '-', ...what]);
  return report.parse(JSON.parse(stdout)).install;
}

function byName(a: Resolved[number], b: Resolved[number]): number {
  return a.metadata.name.toLowerCase() < b.metadata.name.toLowerCase() ? -1 : 1;
}
