import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { startUp } from './detection.fixture.ts';
import { readyLine } from './start-up.ts';

const nobody = 'http://127.0.0.1:9';
const secret = 'do-not-log-this-key';
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: secret };
const queue = `${nobody}/111122223333/queue`;

for (const [name, input] of [
  [
    'detection',
    {
      ...startUp,
      options: {},
      ministack: nobody,
      credentials: { detectors: credentials },
      queues: { trailRules: queue, identityRules: queue, profile: queue },
    },
  ],
  [
    'remediator',
    { endpoint: nobody, region: 'us-east-1', credentials, role: startUp.roles.remediator, watched: ['inference-api'] },
  ],
] as const) {
  describe(`the ${name} process`, () => {
    let folder: string;
    let child: Spawned;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'windshear-children-'));
    });
    beforeEach(() => {
      child = start(name);
    });
    afterEach(() => child.process.kill('SIGKILL'));
    after(() => rm(folder, { recursive: true }));

    it('is ready and goes on while nothing answers it, and ends with its stdin', async () => {
      child.send({ ...input, ...(name === 'detection' && { stateFolder: folder }) });
      expect(readyLine.parse(JSON.parse(await child.firstLine)).ready).to.equal(true);
      await child.says(name === 'detection' ? 'again in 200 ms' : 'again in 600 ms');
      expect(child.process.exitCode).to.equal(null);
      child.process.stdin?.end();
      expect(await child.exit).to.equal(0);
      expect(child.log()).not.to.contain(secret);
    });

    it('ends on SIGTERM', async () => {
      child.send({ ...input, ...(name === 'detection' && { stateFolder: folder }) });
      await child.firstLine;
      child.process.kill('SIGTERM');
      expect(await child.exit).to.equal(0);
    });

    it('refuses a wrong start-up without repeating its secrets', async () => {
      child.send({ ...input, region: 7 });
      expect(await child.exit).to.equal(1);
      expect(child.log()).to.contain(`Start-up of ${name} is invalid`).and.contain('region').and.not.contain(secret);
    });
  });
}

describe('the detection process', () => {
  it("writes profile's heartbeats to a file that only its owner reads", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windshear-children-'));
    const child = start('detection');
    try {
      child.send({ ...startUp, options: {}, stateFolder: folder });
      await child.firstLine;
      const file = join(folder, 'profile', 'alerts.jsonl');
      child.process.stdin?.end();
      await child.exit;
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      expect(await readFile(file, 'utf8')).to.contain('io.windshear.profile.heartbeat');
    } finally {
      child.process.kill('SIGKILL');
      await rm(folder, { recursive: true });
    }
  });
});

interface Spawned {
  readonly process: ChildProcess;
  readonly send: (startUp: object) => void;
  readonly firstLine: Promise<string>;
  readonly exit: Promise<number | null>;
  readonly log: () => string;
  readonly says: (text: string) => Promise<void>;
}

function start(name: 'detection' | 'remediator'): Spawned {
  const main = new URL(`../${name}/main.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=windshear-source', main], { stdio: 'pipe' });
  const lines = createInterface({ input: child.stdout });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  return {
    process: child,
    send: (startUp) => void child.stdin.write(`${JSON.stringify(startUp)}\n`),
    firstLine: once(lines, 'line').then(([line]) => String(line)),
    exit: once(child, 'close').then(([code]) => code),
    log: () => log,
    async says(text) {
      while (!log.includes(text)) await once(child.stderr, 'data');
    },
  };
}
