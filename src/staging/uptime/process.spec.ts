import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { serveLocally } from '../application/local-server.ts';
import { applicationState } from '../application/start-up.ts';
import { readyLine } from '../detection/start-up.ts';
import type { Notification } from './notification.ts';

const token = 'do-not-log-this-token';

describe('the processes of application and uptime', () => {
  const started: ChildProcess[] = [];
  const over = new AbortController();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-'));
  });
  after(async () => {
    over.abort();
    for (const child of started) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('say where they are, tell a lost region to subscribers, and end with their stdin', async () => {
    const auditFile = join(folder, 'audit', 'application.jsonl');
    const application = await start('application', { auditFile, token });
    const state = applicationState.parse(await (await fetch(`${application.url}/state`)).json());
    const regions = Object.fromEntries(Object.entries(state.regions).map(([name, { url }]) => [name, url]));
    const forMs = { regionDown: 100, endpointErrors: 60_000 };
    const uptime = await start('uptime', { regions, endpoint: state.endpoint, token, everyMs: 50, forMs });

    const heard: Notification[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const receiver = await serveLocally(
      ({ body }) => {
        heard.push(JSON.parse(body) as Notification);
        if (heard.at(-1)?.groupLabels['alertname'] === 'RegionDown') resolve();
        return { status: 200 };
      },
      () => undefined,
      over.signal,
    );
    const subscription = JSON.stringify({ url: `${receiver.url}/hook` });
    await fetch(`${uptime.url}/uptime/subscriptions`, { method: 'PUT', body: subscription });
    await fetch(`${uptime.url}/uptime/test`, { method: 'POST', body: JSON.stringify({ marker: 'm' }) });
    const admin = state.regions['eu-west-1']?.admin ?? '';
    await fetch(admin, { method: 'PUT', body: JSON.stringify({ mode: 'refuse' }) });
    await promise;
    const names = heard.map(({ groupLabels }) => groupLabels['alertname']);
    expect(names).to.include.members(['windshear-test', 'RegionDown']);
    expect(await readFile(auditFile, 'utf8')).to.include('"after":{"mode":"refuse"}');

    for (const { child, exit } of [uptime, application]) {
      child.stdin?.end();
      expect(await exit).to.equal(0);
    }
    expect(application.log() + uptime.log()).to.not.include(token);
  });

  async function start(name: string, startUp: object) {
    const main = new URL(`../${name}/main.ts`, import.meta.url).pathname;
    const child = spawn(process.execPath, ['--conditions=windshear-source', main], { stdio: 'pipe' });
    started.push(child);
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += chunk;
    });
    const exit = once(child, 'close').then(([code]) => code as number | null);
    child.stdin.write(`${JSON.stringify(startUp)}\n`);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { port } = readyLine.parse(JSON.parse(String(line)));
    return { child, url: `http://127.0.0.1:${port}`, exit, log: () => log };
  }
});
