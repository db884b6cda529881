import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type StagingChild, startChildProcess } from './child.ts';
import { startClusterHalf } from './cluster-half.ts';
import { serveControl } from './control.ts';
import { bootScript } from './emulator/boot.ts';
import { emulatorEnvironment } from './emulator/environment.ts';
import { processIdentity } from './process-identity.ts';
import * as names from './seed/names.ts';
import type { Seeded } from './seed.ts';
import * as startUps from './start-ups.ts';
import { stagingOptions, writeStagingState } from './state.ts';

/** Describes `request.json`, which `stagingUp` leaves for the supervisor that it starts. */
export const supervisorRequest = z.object({
  idleTimeoutMs: z.number().positive(),
  options: stagingOptions,
  venv: z.object({ folder: z.string(), python: z.string(), models: z.string() }),
});

/**
 * Runs the staging of one folder until it is told to end, nobody has used it for its idle timeout, or one of its
 * processes ends by itself; then ends all of them and removes the folder.
 */
async function supervise(folder: string): Promise<void> {
  const { idleTimeoutMs, options, venv } = supervisorRequest.parse(
    JSON.parse(await readFile(join(folder, 'request.json'), 'utf8')),
  );
  const logs = join(folder, 'logs');
  const scratch = join(folder, 'scratch');
  await Promise.all(
    ['audit', 'profile', 'credentials', 'kubernetes', 'scratch'].map((name) =>
      mkdir(join(folder, name), { mode: 0o700 }),
    ),
  );

  const children: StagingChild[] = [];
  const run = (name: string, file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) => {
    const child = startChildProcess({ name, file, args, env, logs });
    children.push(child);
    void child.ended.then(end);
    return child;
  };

  let ending: Promise<void> | undefined;
  const end = (why: string) => {
    ending ??= endAll(why);
    return ending;
  };
  async function endAll(why: string): Promise<void> {
    console.error(`${new Date().toISOString()} the staging ends: ${why}`);
    clearTimeout(idle);
    control.server.close();
    await Promise.all(children.map((child) => child.end()));
    if (ready) await rm(folder, { recursive: true, force: true });
    process.exit(ready ? 0 : 1);
  }

  let ready = false;
  let idle = setTimeout(() => undefined, 0);
  const touch = () => {
    clearTimeout(idle);
    idle = setTimeout(() => void end(`nobody used it for ${idleTimeoutMs} ms`), idleTimeoutMs);
  };
  const id = `stg-${randomBytes(5).toString('hex')}`;
  const control = await serveControl({
    status: () => ({ id, ready, options }),
    touch,
    down: () => void end('told to'),
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void end(signal));

  try {
    const emulatorChild = run(
      'ministack',
      venv.python,
      ['-I', '-c', bootScript],
      emulatorEnvironment(names.account, names.region, scratch),
    );
    const runOwn = (name: string) => run(name, process.execPath, [sibling(`./${name}/main`)]);
    const [proxy, detection, remediator] = [runOwn('proxy'), runOwn('detection'), runOwn('remediator')];
    const clusterHalf = startClusterHalf({ folder, options, run: runOwn });

    const { seed } = await import('./seed.ts');
    const emulator = addressOf(await emulatorChild.ready);
    const seeded = await seed(emulator);
    const modelCache = join(dirname(venv.folder), `${venv.folder.split('/').at(-1)}-index`);
    const premises = { folder, emulator, models: venv.models, modelCache, seeded, options };
    proxy.start(startUps.proxyStartUpOf(premises));
    detection.start(startUps.detectionStartUpOf(premises, await clusterHalf.application));
    const endpoint = addressOf(await proxy.ready);
    remediator.start(startUps.remediatorStartUpOf(premises, endpoint));
    const [detectionReady] = await Promise.all([
      detection.ready,
      remediator.ready,
      writeCredentials(folder, seeded.users),
    ]);
    const started = {
      id,
      processStart: (await processIdentity(process.pid)).startedAt,
      control: control.url,
      endpoint,
      detection: addressOf(detectionReady),
      clusterHalf: await clusterHalf.ready,
    };
    ready = true;
    touch();
    await writeStagingState(folder, startUps.stateOf(premises, started));
  } catch (error) {
    await end(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function addressOf({ port }: { readonly port?: number | undefined }): string {
  if (port === undefined) throw new Error('A process of the staging is ready without a port.');
  return `http://127.0.0.1:${port}`;
}

/** Names a module beside this one, as source or as built. */
function sibling(path: string): string {
  return fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url));
}

async function writeCredentials(folder: string, users: Seeded['users']): Promise<void> {
  const admin = { credentials: { accessKeyId: names.account, secretAccessKey: 'test' } };
  const { tester, revert, detectors } = users;
  await Promise.all(
    Object.entries({ tester, revert, detectors, admin }).map(([name, { credentials }]) =>
      writeFile(startUps.credentialsPath(folder, name), `${JSON.stringify(credentials)}\n`, { mode: 0o600 }),
    ),
  );
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('The supervisor needs the folder of its staging.');
await supervise(folder);
