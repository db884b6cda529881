import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { http } from '../../src/loads/http.ts';
import type { LoadSummary } from '../../src/model/load.ts';
import { systemClock } from '../../src/system/system-clock.ts';
import type { HttpClients } from '../../src/targets/http/clients.ts';
import { httpTarget } from '../../src/targets/http/http-target.ts';
import { type Figure, measured } from './figure.ts';

const rate = 2000;
const seconds = 3;

/** How much of one core the load generator needs for 2,000 requests a second; the service is another process. */
export const load: Figure = {
  name: `core's share for ${rate} requests/s`,
  unit: '×',
  goal: '< 1',
  measure: async ({ runs }) => {
    const service = await startService();
    try {
      const shares: number[] = [];
      const notes: string[] = [];
      for (let n = 0; n <= runs; n++) {
        const { share, summary } = await measureOnce(service.url);
        if (n === 0) continue;
        shares.push(share);
        notes.push(noteOf(summary));
      }
      return measured(shares, notes.at(-1));
    } finally {
      service.end();
    }
  },
};

async function measureOnce(url: string): Promise<{ readonly share: number; readonly summary: LoadSummary }> {
  const target = httpTarget(
    { hosts: [url], proof: { beacon: { url, pointer: '', value: 'x' } }, requestTimeout: 5000 },
    { embedded: true, clock: systemClock, variables: {}, version: 'bench', warn: () => undefined },
  );
  const signal = new AbortController().signal;
  try {
    const { clients } = await target.session('observe', 'wsabcdefghij23', signal);
    const ctx = {
      clock: systemClock,
      signal,
      clients: clients as HttpClients,
      userAgent: 'bench',
      scenario: 'bench',
      log: () => undefined,
    };
    const began = { cpu: process.cpuUsage(), ms: performance.now() };
    const running = await http.start(ctx, http.params.parse({ url, method: 'POST', body: { prompt: 'a bird' }, rate }));
    await systemClock.sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(began.cpu);
    const share = (user + system) / 1000 / (performance.now() - began.ms);
    return { share, summary: await running.stop([{ phase: 'before', fromMonoMs: 0 }]) };
  } finally {
    await target.close();
  }
}

function noteOf({ figures: [whole], unsound }: LoadSummary): string {
  const reached = Math.round((whole?.requests ?? 0) / ((whole?.durationMs ?? 1) / 1000));
  const { p50, p99 } = whole?.latencyMs ?? {};
  const figures = `${reached}/s sent, ${whole?.errors} errors, p50 ${p50?.toFixed(1)} ms, p99 ${p99?.toFixed(1)} ms`;
  return unsound === undefined ? figures : `${figures}; ${unsound}`;
}

async function startService() {
  const script = `const s = require('node:http').createServer((q, r) => { q.resume(); q.on('end', () => r.end('{"answer":"wren"}')); });
    s.listen(0, '127.0.0.1', () => console.log(s.address().port)); process.stdin.on('end', () => process.exit()).resume();`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${String(port).trim()}`, end: () => child.stdin.end() };
}
