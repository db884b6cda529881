import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../model/errors.ts';
import { stagingDown } from './down.ts';
import { withProcessLock } from './process-lock.ts';
import { indexServices } from './proxy/models/library.ts';
import { readStagingState, type StagingOptions, type StagingState, stagingOptions } from './state.ts';
import { isHealthy, touchStaging } from './status.ts';
import { StagingUnavailable } from './unavailable.ts';
import { ensureVenv, type VenvOptions } from './venv/install.ts';

export interface StagingUpOptions {
  /** Absolute; made with mode 0700, and removed by `stagingDown`. */
  readonly folder: string;
  /** The staging ends when nothing has touched it for so long; default 15 minutes. */
  readonly idleTimeoutMs?: number;
  /** Detectors, or `<detector>.delivery`, that are switched off. */
  readonly without?: readonly string[];
  /** How long each alert of a detector is held back, in milliseconds. */
  readonly delay?: Readonly<Record<string, number>>;
  /** Unrelated alerts per second. */
  readonly noise?: number;
  readonly venv?: VenvOptions;
  /** Is asked before one that runs with other options is ended; throws where it must not be. */
  readonly beforeReplacing?: () => Promise<void>;
}

const defaultIdleTimeoutMs = 15 * 60_000;
const lockPatienceMs = 12 * 60_000;
const readyWithinMs = 30_000;
const pollMs = 20;

/** Services whose models are indexed before the first call. */
const usedServices = ['iam', 'sts', 's3', 'lambda', 'ec2', 'autoscaling', 'cloudtrail', 'events', 'sqs'];

/**
 * Brings the embedded staging of a folder up, and returns its state once everything in it is ready. A healthy one
 * with the same options is used again; one with other options is replaced; what a dead one left is removed.
 * It runs in processes of its own and goes on when the caller ends.
 * @throws UsageError when an option names no detector, StagingUnavailable when this machine cannot run it
 */
export async function stagingUp(request: StagingUpOptions): Promise<StagingState> {
  const { folder, without = [], delay = {}, noise = null, idleTimeoutMs = defaultIdleTimeoutMs } = request;
  const options = checked({ without: [...new Set(without)].toSorted(), delay, noise });
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  return withProcessLock(`${folder}.lock`, lockPatienceMs, async () => {
    const running = await readStagingState(folder).catch(() => undefined);
    if (running !== undefined && isDeepStrictEqual(running.options, options) && (await isHealthy(running))) {
      await touchStaging(running);
      return running;
    }
    if (running !== undefined) await request.beforeReplacing?.();
    await stagingDown(folder);
    return start(folder, options, { idleTimeoutMs, venv: request.venv ?? {} });
  });
}

/** Asks the schema before anything is started. */
function checked(asked: StagingOptions): StagingOptions {
  const { data, error } = stagingOptions.safeParse(asked);
  if (error === undefined) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new UsageError(`The staging's options are invalid: ${problems.join('; ')}.`);
}

async function start(
  folder: string,
  options: StagingOptions,
  { idleTimeoutMs, venv: venvOptions }: { readonly idleTimeoutMs: number; readonly venv: VenvOptions },
): Promise<StagingState> {
  const venv = await ensureVenv(venvOptions);
  await indexServices(venv.models, `${venv.folder}-index`, usedServices);
  mkdirSync(join(folder, 'logs'), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'request.json'), JSON.stringify({ idleTimeoutMs, options, venv }), { mode: 0o600 });
  const log = openSync(join(folder, 'logs', 'supervisor.log'), 'a', 0o600);
  const file = fileURLToPath(new URL(`./supervisor${extname(import.meta.url)}`, import.meta.url));
  const env = surroundings(join(dirname(venv.folder), 'compile-cache'));
  const supervisor = spawn(process.execPath, [file, folder], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env,
  });
  const ended = new Promise<true>((resolve) => {
    supervisor.once('exit', () => resolve(true));
    supervisor.once('error', () => resolve(true));
  });
  supervisor.unref();

  const deadlineMs = performance.now() + readyWithinMs;
  while (performance.now() < deadlineMs) {
    const state = await readStagingState(folder);
    if (state !== undefined) return state;
    if (await Promise.race([ended, sleep(pollMs, false)])) break;
  }
  const said = await readFile(join(folder, 'logs', 'supervisor.log'), 'utf8');
  supervisor.kill();
  throw new StagingUnavailable(
    `The embedded staging did not come up (logs in ${join(folder, 'logs')}): ${firstSentence(said)}`,
  );
}

/** Leaves the user's AWS settings behind; what Node compiles is kept for the next start. */
function surroundings(compileCache: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    NODE_COMPILE_CACHE: compileCache,
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function firstSentence(said: string): string {
  const line = said.split('\n').find((text) => text.includes('the staging ends: '));
  return `${line?.split('the staging ends: ')[1] ?? `it was not ready within ${readyWithinMs} ms`}.`.replace(
    /\.\.$/,
    '.',
  );
}
