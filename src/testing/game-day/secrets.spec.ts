import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { StagingState } from '../../staging/state.ts';
import type { Ended } from './command-line.ts';
import { type MeddlingProxy, startMeddlingProxy } from './meddling-proxy.ts';
import { type Secrets, secretsFound, secretsOfAnswer, secretVariables, seedSecrets } from './seeded-secrets.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const namespace = 'inference';

const faults: Readonly<Record<string, (state: StagingState) => object>> = {
  'variable-changed': ({ lambda }) => ({
    type: 'aws.lambda.environment',
    with: { function: lambda.function, name: 'DB_PASSWORD', value: 'changed' },
  }),
  'key-made': ({ users }) => ({ type: 'aws.iam.access-key', with: { user: users.ordinary } }),
  'secrets-read': () => ({ type: 'kubernetes.secret-read', with: { namespace } }),
  'tokens-sprawl': () => ({ type: 'kubernetes.service-account-sprawl', with: { namespace, count: 2 } }),
  'documentation-shown': ({ application: { admin } }) => ({
    type: 'http.request',
    with: {
      method: 'PUT',
      url: `${admin}/documentation`,
      body: { public: true },
      touches: ['endpoint/model-card'],
      read: { url: `${admin}/documentation`, pointer: '/public' },
      undo: { method: 'PUT', url: `${admin}/documentation`, body: { public: { $before: '' } } },
    },
  }),
};

describe('secrets that a run meets', function () {
  this.timeout(180_000);
  let work: Workplace;
  let proxy: MeddlingProxy;
  let secrets: Secrets;
  let whole: Ended;
  const refused: Ended[] = [];
  const commandLines = new Set<string>();
  let killed: { readonly left: ReadonlyMap<string, string>; readonly recovered: Ended };

  before(async () => {
    Object.assign(process.env, secretVariables);
    work = await openWorkplace();
    const state = await work.up();
    secrets = await seedSecrets(state);
    proxy = await startMeddlingProxy(state.aws.endpoint);
    proxy.learn = (body) => {
      for (const [what, secret] of secretsOfAnswer(body)) secrets.set(what, secret);
    };
    await work.edit('windshear.yaml', (text) =>
      text
        .replace(/\$\{staging\.aws\.endpoint\}/, proxy.url)
        .replace(/(identity-rules:\n +channel:\n +type: webhook\n)( +)/, '$1$2token: { env: SPEC_WEBHOOK_TOKEN }\n$2')
        .replace(
          /(type: http-poll\n)( +)/,
          '$1$2headers: { authorization: { env: SPEC_POLL_TOKEN, prefix: "Bearer " } }\n$2',
        ),
    );
    await mkdir(join(work.folder, 'scenarios/secrets'), { recursive: true });
    for (const [id, fault] of Object.entries(faults)) await writeScenario(id, fault(state));

    const watched = new AbortController();
    const watching = watchCommandLines(watched.signal);
    whole = await work.windshear('run', ...Object.keys(faults));
    killed = await kill('variable-changed');
    watched.abort();
    await watching;
    const { credentials, kubernetes } = state;
    for (const file of [credentials.tester, credentials.revert, kubernetes.tokens.tester, kubernetes.tokens.revert]) {
      refused.push(await runWithBroken(file));
    }
  });

  after(async () => {
    for (const name of Object.keys(secretVariables)) delete process.env[name];
    await proxy.close();
    await work.close();
  });

  it('are met: each fault went in and was taken back', async () => {
    expect(whole.code, whole.stdout + whole.stderr).to.be.oneOf([1, 3]);
    expect([...secrets.keys()].filter((name) => name.startsWith('SecretAccessKey'))).to.not.be.empty;
  });

  it('stand in no file that is left, and in nothing that was printed', async () => {
    expect(secretsFound(whole.stdout + whole.stderr, secrets)).to.deep.equal([]);
    for (const [file, text] of await leftBehind()) expect(secretsFound(text, secrets), file).to.deep.equal([]);
  });

  it('stand on no command line', () => {
    expect([...commandLines].some((line) => line.includes('variable-changed'))).to.equal(true);
    for (const line of commandLines) expect(secretsFound(line, secrets), line).to.deep.equal([]);
  });

  it('stand in private pre-images alone where a run was killed, and nowhere once it is recovered', async () => {
    const holding = [...killed.left].filter(([, text]) => secretsFound(text, secrets).length > 0);
    expect(holding.map(([file]) => file)).to.have.length(1);
    expect(holding[0]?.[0]).to.match(/^\.windshear\/state\/.* 600$/);
    expect(killed.recovered.code, killed.recovered.stderr).to.equal(0);
    expect(secretsFound(killed.recovered.stdout + killed.recovered.stderr, secrets)).to.deep.equal([]);
  });

  it('stand in no error of a run whose credentials are refused', () => {
    for (const { code, stdout, stderr } of refused) {
      expect(code, stdout + stderr).to.be.oneOf([2, 4, 5]);
      expect(secretsFound(stdout + stderr, secrets)).to.deep.equal([]);
    }
  });

  async function writeScenario(id: string, fault: object): Promise<void> {
    const detections = [{ detector: 'uptime', rule: 'no-such-rule', within: '500ms' }];
    const scenario = { id, title: id, why: 'Secrets stay where they are.', faults: [fault], expect: { detections } };
    await writeFile(
      join(work.folder, `scenarios/secrets/${id}.yaml`),
      JSON.stringify({ ...scenario, maxExposure: '30s' }),
    );
  }

  async function kill(id: string) {
    const going = work.start('run', id);
    await going.reached('fault 0 acknowledged');
    going.kill('SIGKILL');
    await going.ended;
    return { left: await leftBehind(), recovered: await work.windshear('recover') };
  }

  /** Everything in the folder but what the staging itself keeps, with the mode of each file. */
  async function leftBehind(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const below of ['reports', '.windshear']) {
      for (const [path, text] of await work.files(below)) {
        if (below === '.windshear' && path.startsWith('staging/')) continue;
        const { mode } = await stat(join(work.folder, below, path));
        found.set(`${below}/${path} ${(mode & 0o777).toString(8)}`, text);
      }
    }
    return found;
  }

  /** Every command line of the machine is looked at, so that a grandchild's is too. */
  async function watchCommandLines(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        commandLines.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
      }
      await sleep(20);
    }
  }

  async function runWithBroken(file: string): Promise<Ended> {
    const text = await readFile(file, 'utf8');
    const broken = text.includes('secretAccessKey')
      ? text.replace(/("secretAccessKey": *"[^"]+)/, '$1-broken')
      : `${text.trim()}-broken\n`;
    expect(broken).to.not.equal(text);
    await writeFile(file, broken);
    try {
      return await work.windshear('run', 'variable-changed', 'secrets-read', 'documentation-shown');
    } finally {
      await writeFile(file, text);
    }
  }
});
