import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { withProcessLock } from '../process-lock.ts';
import { StagingUnavailable } from '../unavailable.ts';
import { findPython } from './python.ts';
import { ministackVersion } from './version.ts';

export interface VenvOptions {
  /** Default: `$XDG_CACHE_HOME/windshear`, else `~/.cache/windshear`. */
  readonly cacheFolder?: string;
  /** Names of the Pythons to look for, in this order. */
  readonly pythons?: readonly string[];
  /** Says once, before it happens, that something is installed. */
  readonly onInstall?: (folder: string) => void;
}

/** Is the emulator's private Python environment. */
export interface Venv {
  readonly folder: string;
  readonly python: string;
  /** Where botocore keeps its service models. */
  readonly models: string;
}

const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const installPatienceMs = 10 * 60_000;

/**
 * Returns the private environment with the pinned emulator; installs it on first use (about 15 s, 90 MB), in a
 * temporary folder that is renamed when complete, so that a half-made one is never used.
 * @throws StagingUnavailable without a Python, without its venv module or without a package index
 */
export async function ensureVenv(options: VenvOptions = {}): Promise<Venv> {
  const cache = options.cacheFolder ?? join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'windshear');
  const pins = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cache, `ministack-${ministackVersion}-${pins}`);
  const ready = await venvIn(folder);
  if (ready !== undefined) return ready;

  await mkdir(cache, { recursive: true }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new StagingUnavailable(
      `The cache folder '${cache}' cannot be made (${why}). Set XDG_CACHE_HOME to a folder that you may write.`,
      { cause: error },
    );
  });
  return withProcessLock(`${folder}.lock`, installPatienceMs, async () => {
    const others = await venvIn(folder);
    if (others !== undefined) return others;
    options.onInstall?.(folder);
    await install(folder, await findPython(options.pythons));
    const made = await venvIn(folder);
    if (made === undefined) throw new StagingUnavailable(`The emulator was installed in ${folder} and is not there.`);
    return made;
  });
}

async function install(folder: string, python: string): Promise<void> {
  const draft = await mkdtemp(`${folder}.draft-`);
  try {
    await makeVenv(python, draft);
    await fillVenv(draft);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function makeVenv(python: string, draft: string): Promise<void> {
  const { failed, all } = await execa(python, ['-m', 'venv', draft], { reject: false, all: true, stdin: 'ignore' });
  if (!failed) return;
  const reason = /ensurepip|No module named '?(venv|pip)/.test(all ?? '') ? "its module 'venv' is missing" : tail(all);
  throw new StagingUnavailable(
    `${python} cannot make the emulator's virtual environment, ${reason}: install it (Debian and Ubuntu: apt install python3-venv).`,
  );
}

async function fillVenv(draft: string): Promise<void> {
  const options = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check', '--quiet'];
  const { failed, all } = await execa(
    join(draft, 'bin', 'python'),
    ['-m', 'pip', 'install', ...options, '--requirement', requirements],
    { reject: false, all: true, stdin: 'ignore' },
  );
  if (!failed) return;
  throw new StagingUnavailable(
    `pip cannot install the emulator (ministack ${ministackVersion}): ${tail(all)} Give it access to a Python package index (PIP_INDEX_URL names another one).`,
  );
}

async function venvIn(folder: string): Promise<Venv | undefined> {
  const python = join(folder, 'bin', 'python');
  const version = await execa(python, ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])'], {
    reject: false,
    stdin: 'ignore',
  });
  if (version.failed) return undefined;
  const models = join(folder, 'lib', version.stdout.trim(), 'site-packages', 'botocore', 'data');
  const complete = await stat(join(models, 'iam')).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return complete ? { folder, python, models } : undefined;
}

/** The last line that says something, as a sentence. */
function tail(output: string | undefined): string {
  const line =
    (output ?? '')
      .trim()
      .split('\n')
      .findLast((text) => text.includes('ERROR')) ?? output?.trim().split('\n').at(-1);
  const text = (line ?? 'no output').replace(/^ERROR: /, '').trim();
  return text.endsWith('.') ? text : `${text}.`;
}
