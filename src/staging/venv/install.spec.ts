import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { StagingUnavailable } from '../unavailable.ts';
import { ensureVenv } from './install.ts';

describe('ensureVenv', () => {
  let cacheFolder: string;
  beforeEach(async () => {
    cacheFolder = await mkdtemp(join(tmpdir(), 'venv-'));
  });
  afterEach(() => rm(cacheFolder, { recursive: true }));

  /** A Python that says its version and does with `-m venv` what the script says. */
  async function fakePython(version: string, venv: string): Promise<string> {
    const path = join(cacheFolder, 'python3');
    await writeFile(path, `#!/bin/sh\nif [ "$1" = "-m" ]; then\n${venv}\nfi\nprintf '%s\\n%s\\n' "$0" "${version}"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async function failure(pythons: readonly string[]): Promise<StagingUnavailable> {
    const error = await ensureVenv({ cacheFolder, pythons }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(StagingUnavailable);
    return error as StagingUnavailable;
  }

  it('names the package to install and the way around it when there is no Python', async () => {
    const { message, code, exitCode } = await failure(['no-such-python']);
    expect(message).to.contain('none was found on PATH').and.contain('python3-venv').and.contain('windshear.yaml');
    expect([code, exitCode]).to.deep.equal(['staging-unavailable', 5]);
  });

  it('refuses a Python that is too old', async () => {
    expect((await failure([await fakePython('3.10', 'exit 1')])).message)
      .to.contain('3.11 or later')
      .and.contain('is 3.10');
  });

  it('names the missing venv module, and leaves nothing behind', async () => {
    const python = await fakePython('3.12', 'echo "ensurepip is not available"; exit 1');
    expect((await failure([python])).message)
      .to.contain("module 'venv' is missing")
      .and.contain('python3-venv');
    expect(await readdir(cacheFolder)).to.deep.equal(['python3']);
  });

  it('says what pip said when the index cannot be reached', async () => {
    const pip = `mkdir -p "$3/bin"; printf '#!/bin/sh\\necho "ERROR: No matching distribution found for botocore"; exit 1\\n' > "$3/bin/python"; chmod +x "$3/bin/python"; exit 0`;
    const { message } = await failure([await fakePython('3.12', pip)]);
    expect(message).to.contain('No matching distribution found').and.contain('package index');
  });
});
