import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/system/system-clock.ts';
import type { KubernetesClients } from '../../src/targets/kubernetes/clients.ts';
import { openConnection } from '../../src/targets/kubernetes/connection.ts';
import { checkServer, pinServer } from '../../src/targets/kubernetes/server.ts';
import { root } from '../sources.ts';
import { type Figure, measured, median } from './figure.ts';

const signal = new AbortController().signal;
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const calls = 300;
const token = 'bench-admin-token';

/** What one call to the small Kubernetes API server takes, over TLS from another process: in turn, and several at once. */
export const apiServer: Figure = {
  name: 'API server, a create answered',
  unit: 'ms',
  measure: async ({ runs }) => {
    const folder = await mkdtemp(join(tmpdir(), 'windshear-bench-api-'));
    const server = await startServer(folder);
    try {
      const clients = await connect(server);
      const creates: number[] = [];
      let note = '';
      for (let n = 0; n <= runs; n++) {
        const create = await timesOf((i) => clients.call(newMap(`map-${n}-${i}`), signal));
        const get = await timesOf((i) =>
          clients.call({ verb: 'get', of: configMaps, ...named(`map-${n}-${i}`) }, signal),
        );
        const began = performance.now();
        await Promise.all(
          Array.from({ length: calls }, (_, i) =>
            clients.call({ verb: 'get', of: configMaps, ...named(`map-${n}-${i}`) }, signal),
          ),
        );
        const perSecond = Math.round((calls * 1000) / (performance.now() - began));
        const list = await timesOf(
          () => clients.call({ verb: 'list', of: configMaps, namespace: 'default' }, signal),
          20,
        );
        if (n === 0) continue;
        creates.push(median(create));
        const shown = [median(get), median(list)].map((ms) => ms.toFixed(2));
        note = `get ${shown[0]} ms, ${perSecond}/s at once; list of ${(n + 1) * calls} ${shown[1]} ms`;
      }
      return measured(creates, note);
    } finally {
      server.child.stdin?.end();
      await once(server.child, 'exit');
      await rm(folder, { recursive: true });
    }
  },
};

function named(name: string) {
  return { namespace: 'default', name };
}

function newMap(name: string) {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text: 'a bird' } };
  return { verb: 'create', of: configMaps, namespace: 'default', body } as const;
}

async function timesOf(call: (n: number) => Promise<unknown>, count = calls): Promise<readonly number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await call(n);
    times.push(performance.now() - began);
  }
  return times;
}

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly caFile: string;
}

async function startServer(folder: string): Promise<Server> {
  const main = join(root, 'src/staging/kubernetes/main.ts');
  const child = spawn(process.execPath, ['--conditions=windshear-source', main], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const caFile = join(folder, 'ca.crt');
  const tokens = [{ token, username: 'bench', groups: ['system:masters'] }];
  const audit = { file: join(folder, 'audit.jsonl'), webhooks: [] };
  child.stdin.write(`${JSON.stringify({ tokens, manifests: [], caFile, audit })}\n`);
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('the API server ended before it was ready')));
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), failed])) as [string];
  failed.catch(() => undefined);
  return { child, caFile, port: (JSON.parse(line) as { readonly port: number }).port };
}

async function connect({ port, caFile }: Server): Promise<KubernetesClients> {
  const connection = openConnection({
    server: await pinServer(checkServer(`https://127.0.0.1:${port}`, true), caFile),
    clusterUid: 'bench',
    token: async () => token,
    userAgent: { version: 'bench' },
    phase: 'observe',
    requestTimeoutMs: 5000,
    clock: systemClock,
  });
  return connection.clients;
}
