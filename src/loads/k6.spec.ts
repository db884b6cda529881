import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../model/errors.ts';
import type { LoadContext } from '../model/load.ts';
import type { Target } from '../model/target.ts';
import type { ProcessClients } from '../targets/process/clients.ts';
import { isGone } from '../testing/is-gone.ts';
import { ownPrograms } from '../testing/own-programs.ts';
import { realTime } from '../testing/real-time.ts';
import { rejection } from '../testing/rejection.ts';
import { handleSummary, machineReadable, standIn, summaryExport } from './k6.fixture.ts';
import { k6 } from './k6.ts';

describe('k6 load', function () {
  this.timeout(10_000);
  let folder: string;
  let program: string;
  let target: Target;
  let ctx: LoadContext<ProcessClients>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windshear-'));
    program = await makeProgram('k6', standIn(process.execPath));
    target = ownPrograms([program]);
    ctx = await contextOf(target);
  });
  after(async () => {
    await target.close();
    await rm(folder, { recursive: true });
  });

  it('runs its script until it is stopped, reads what k6 then writes, and leaves no process behind', async () => {
    const { load, seen } = await start({ waits: true, summary: summaryExport });
    const { args, script, child, env } = await seen();
    const { figures, limits, unsound } = await load.stop([]);
    expect(unsound).to.equal(undefined);
    expect(figures).to.have.length(1);
    expect(figures[0]).to.deep.include({ phase: 'whole', requests: 400, errors: 20, errorRatio: 0.05 });
    expect(limits.map(({ limit, verdict }) => `${limit} ${verdict}`)).to.deep.equal([
      'rate<0.01 breached',
      'rate<0.5 held',
      'p(95)<200 held',
    ]);
    expect(args.join(' ')).to.include(`--user-agent ${ctx.userAgent}`).and.include('--no-usage-report');
    expect(script).to.include('constant-arrival-rate').and.include('"http://127.0.0.1:8080/it\'s"');
    expect(env).to.include('WINDSHEAR_MARKER').and.not.include('USER');
    expect(await isGone(child)).to.equal(true);
    expect(await load.stop([])).to.deep.include({ figures });
  });

  it('ends with its signal, children included, and relies on nothing of it', async () => {
    const stop = new AbortController();
    const { load, seen } = await start({ waits: true, summary: summaryExport }, {}, { signal: stop.signal });
    const { child } = await seen();
    stop.abort(new Error('stopped'));
    const { unsound } = await load.stop([]);
    expect(unsound).to.include('SIGTERM');
    expect(await isGone(child)).to.equal(true);
  });

  it('takes crossed thresholds for breached, also where the summary tells none', async () => {
    const { load, running } = await start({ exitCode: 99, summary: machineReadable });
    await running();
    const { limits, unsound } = await load.stop([]);
    expect(unsound).to.equal(undefined);
    expect(limits.map(({ verdict }) => verdict)).to.deep.equal(['breached']);
  });

  it('makes limits inconclusive where the script threw, and says what it said', async () => {
    const { load, running } = await start({ exitCode: 107, summary: summaryExport, stderr: 'ReferenceError: x' });
    await running();
    const { limits, unsound } = await load.stop([]);
    expect(unsound).to.include('exception').and.include('ReferenceError: x');
    expect(new Set(limits.map(({ verdict }) => verdict))).to.deep.equal(new Set(['inconclusive']));
  });

  it('is unsound where k6 wrote no summary', async () => {
    const { load, running } = await start({ exitCode: 0 });
    await running();
    const { figures, limits, unsound } = await load.stop([]);
    expect({ figures, unsound }).to.deep.equal({ figures: [], unsound: 'k6 wrote no summary' });
    expect(limits.map(({ limit, verdict }) => `${limit} ${verdict}`)).to.deep.equal(['all thresholds inconclusive']);
  });

  it('says when k6 ended by itself, and measures its time until then', async () => {
    let monoMs = 1000;
    const clock = { ...realTime, monoMs: () => monoMs };
    const plan = { exitCode: 0, summary: summaryExport };
    const { load, running } = await start(plan, {}, { clock });
    await running();
    monoMs = 4000;
    const { endedMonoMs, figures } = await load.stop([]);
    expect([endedMonoMs, figures[0]?.durationMs]).to.deep.equal([1000, 0]);
    const { load: asked, seen } = await start({ ...plan, waits: true }, {}, { clock });
    await seen();
    expect(await asked.stop([])).not.to.have.property('endedMonoMs');
  });

  it('is unsound where it sent less than was declared', async () => {
    const said = async (metrics: object, shape: 'summary-export' | 'machine-readable' = 'summary-export') => {
      const results = { metrics: Object.entries(metrics).map(([name, values]) => ({ name, values })) };
      const summary = shape === 'summary-export' ? { metrics } : { results };
      const { load, running } = await start({ exitCode: 0, summary });
      await running();
      const { limits, unsound } = await load.stop([]);
      return [unsound, ...limits.map(({ verdict }) => verdict)];
    };
    const kept = { http_req_failed: { value: 0, thresholds: { 'rate<0.5': false } } };
    const dropping = (dropped: number) => ({
      ...kept,
      http_reqs: { count: 99 },
      dropped_iterations: { count: dropped },
    });
    const behind = 'k6 fell behind its rate: it dropped 2 of 101 iterations (give it more maxVUs, or a lower rate)';
    expect(await said(dropping(1))).to.deep.equal([undefined, 'held']);
    expect(await said(dropping(2))).to.deep.equal([behind, 'inconclusive']);
    expect(await said(dropping(2), 'machine-readable')).to.deep.equal([behind, 'inconclusive']);
    expect(await said({ ...kept, http_reqs: { count: 0 } })).to.deep.equal(['k6 sent no request', 'inconclusive']);
  });

  it("is unsound where a script of the user's did nothing, whatever its protocol", async () => {
    const script = join(folder, 'nothing.js');
    await writeFile(script, 'export default function () {}');
    const said = async (metrics: object) => {
      const { load, running } = await start({ exitCode: 0, summary: { metrics } }, { url: undefined, script, rate: 5 });
      await running();
      return (await load.stop([])).unsound;
    };
    expect(await said({ vus: { value: 5 } })).to.equal('k6 ran no iteration and sent nothing');
    expect(await said({ iterations: { count: 1 } })).to.equal(undefined);
    expect(await said({ data_sent: { count: 17 } })).to.equal(undefined);
  });

  it('tells no errors where the summary does not', async () => {
    const { http_req_failed: _none, ...metrics } = summaryExport.metrics;
    const { load, running } = await start({ exitCode: 0, summary: { metrics } });
    await running();
    const { figures } = await load.stop([]);
    expect(figures[0]).to.include({ requests: 400 }).and.not.have.any.keys('errors', 'errorRatio');
  });

  it('misses a threshold of its script that the summary does not tell', async () => {
    const { load, running } = await start(
      { exitCode: 0, summary: { metrics: {} } },
      { thresholds: { checks: ['rate>0.9'] } },
    );
    await running();
    const { limits } = await load.stop([]);
    expect(limits.map(({ metric, verdict }) => `${metric} ${verdict}`)).to.deep.equal(['checks inconclusive']);
  });

  it("runs a script of the user's, and reads what its handleSummary writes", async () => {
    const script = join(folder, 'mine.js');
    await writeFile(script, 'export default function () {}');
    const plan = { exitCode: 99, summary: handleSummary, file: 'mine.json' };
    const { load, running, seen } = await start(plan, { url: undefined, script, rate: 20, summaryFile: 'mine.json' });
    await running();
    expect((await seen()).args.at(-1)).to.equal(script);
    const { figures, limits } = await load.stop([]);
    expect(figures[0]?.durationMs).to.equal(8004.1);
    expect(limits.filter(({ verdict }) => verdict === 'breached')).to.have.length(1);
  });

  it('names scenario and remedy where there is no k6', async () => {
    const without = ownPrograms([process.execPath, '/nowhere/k6']);
    const given = k6.params.parse({ url: 'http://127.0.0.1:1/' });
    const error = await rejection(k6.find?.(await contextOf(without), given));
    expect(error).to.be.instanceOf(UsageError);
    expect(String(error)).to.include("Scenario 'region-failover' needs k6").and.include('targets.process.executables');
    const built = k6.params.parse({
      url: 'http://127.0.0.1:1/',
      extensions: ['example.com/x@v1.0.0'],
      version: 'v1.8.1',
    });
    expect(String(await rejection(k6.find?.(await contextOf(without), built)))).to.include('example.com/x@v1.0.0');
    await without.close();
  });

  for (const tool of ['xk6', 'go'] as const) {
    it(`builds a k6 with extensions by ${tool} once, and keeps it by its versions`, async () => {
      const built = JSON.stringify(standIn(process.execPath));
      const calls = join(folder, `${tool}.calls`);
      const compiler = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(calls)}, args.join(' ') + '\\n');
const at = args.findIndex((arg) => arg === '-o' || arg === '--output');
if (at >= 0) fs.writeFileSync(args[at + 1], ${built}, { mode: 0o700 });
`;
      const programs = [await makeProgram('go', compiler)];
      if (tool === 'xk6') programs.push(await makeProgram('xk6', compiler));
      const cache = join(folder, `cache-${tool}`);
      const building = ownPrograms(programs, { XDG_CACHE_HOME: cache });
      const extensions = ['github.com/grafana/xk6-sql@v1.0.4', 'example.com/b@v0.1.0'];
      const given = k6.params.parse({ url: 'http://127.0.0.1:1/', extensions, version: 'v1.8.1' });
      await k6.prepare?.(await contextOf(building), given);
      await k6.prepare?.(await contextOf(building), { ...given, extensions: extensions.toReversed() });
      const log = await readFile(calls, 'utf8');
      if (tool === 'xk6') {
        expect(log).to.match(/^build v1\.8\.1 --with example\.com\/b@v0\.1\.0 --with github\S+ --output \S+\n$/);
      } else {
        expect(log.match(/^get go\.k6\.io\/k6@v1\.8\.1 example\.com\/b@v0\.1\.0 github\S+$/gm)).to.have.length(1);
        expect(log.match(/^build .* -o \S+ \.$/gm)).to.have.length(1);
      }
      await building.close();
    });
  }

  it('refuses params that contradict each other', () => {
    const problems = (given: object) => k6.params.safeParse(given).error?.issues.map(({ path }) => path[0]);
    expect(problems({})).to.deep.equal(['script']);
    expect(problems({ script: '/a.js' })).to.deep.equal(['rate']);
    expect(problems({ script: '/a.js', rate: 1, url: 'http://127.0.0.1/' })).to.deep.equal(['script']);
    expect(problems({ script: '/a.js', rate: 1, thresholds: { http_reqs: ['count>1'] } })).to.deep.equal([
      'thresholds',
    ]);
    expect(problems({ script: '/a.js', rate: 1, extensions: ['example.com/x@v1.0.0'] })).to.deep.equal(['version']);
  });

  async function start(plan: object, given: object = {}, more: Partial<LoadContext> = {}) {
    const record = join(folder, `${Math.round(performance.now() * 1000)}.json`);
    const env = { STAND_IN: JSON.stringify({ record, ...plan }) };
    const params = k6.params.parse({ url: "http://127.0.0.1:8080/it's", env, ...given });
    let ended: Promise<unknown> = Promise.resolve();
    const clients: ProcessClients = {
      ...ctx.clients,
      start: async (command, signal) => {
        const process = await ctx.clients.start(command, signal);
        ended = process.ended;
        return process;
      },
    };
    const load = await k6.start({ ...ctx, ...more, clients }, params);
    return { load, running: () => ended, seen: () => readRecord(record) };
  }

  async function makeProgram(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    await chmod(path, 0o700);
    return path;
  }
});

async function contextOf(target: Target): Promise<LoadContext<ProcessClients>> {
  const signal = new AbortController().signal;
  const { clients } = await target.session('observe', 'wsabcdefghij23', signal);
  return {
    clock: realTime,
    signal,
    clients: clients as ProcessClients,
    userAgent: 'windshear/1 wsabcdefghij23.o',
    scenario: 'region-failover',
    log: () => undefined,
  };
}

interface Record {
  readonly args: readonly string[];
  readonly script: string;
  readonly child: number;
  readonly env: readonly string[];
}

/** Waits until the stand-in is up. */
async function readRecord(path: string): Promise<Record> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text !== '') return JSON.parse(text) as Record;
    await realTime.sleep(20);
  }
}
