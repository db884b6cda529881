import { posix } from 'node:path';
import { z } from 'zod';
import { type Clock, isoTime } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import { RefusedError } from '../model/errors.ts';
import type { Random } from '../model/random.ts';
import { ifThere } from './if-there.ts';

/** The process that we are, and how to tell whether another one still runs. */
export interface OwnProcess {
  readonly pid: number;
  /** Compared as a whole; with the pid it names one process for ever. */
  readonly startedAt: string;
  readonly host: string;
  readonly isAlive: (pid: number, startedAt: string) => Promise<boolean>;
}

export interface LockRequest {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute: `.windshear/state`. */
  readonly stateFolder: string;
  readonly environment: string;
  readonly process: OwnProcess;
  /** Shown to whoever is refused: `run 20260101-…`, `recover`. */
  readonly doing: string;
}

/** The right to inject into one environment, on this machine. */
export interface Lock {
  readonly environment: string;
  readonly release: () => Promise<void>;
}

const ownerSchema = z.object({
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
  pid: z.number().int(),
  startedAt: z.string(),
  host: z.string(),
  doing: z.string(),
  since: z.string(),
});

type Owner = Readonly<z.infer<typeof ownerSchema>>;

const mostTries = 50;

/**
 * Takes `<state>/<environment>.lock`, or throws a `RefusedError` that names its holder. The lock of a dead process is
 * taken over: a claim on its nonce, created exclusively, decides between takers, and a dead taker's claim is claimed
 * in turn. Whether an owner lives is told by pid and start, never by the wall clock.
 */
export async function acquireLock(request: LockRequest): Promise<Lock> {
  const { disk, environment } = request;
  const path = posix.join(request.stateFolder, `${environment}.lock`);
  await disk.makeFolder(request.stateFolder, 0o700);
  for (let tries = 0; tries < mostTries; tries++) {
    const own = newOwner(request);
    if (await disk.createExclusively(path, encode(own), 0o600)) return held(request, path, own);
    const other = await readOwner(request, path);
    if (other === undefined) continue;
    await refuseWhileAlive(request, path, other);
    if (await takeOver(request, { path, dead: other, own })) return held(request, path, own);
  }
  throw new RefusedError('locked', `The lock of environment '${environment}' changes hands all the time (${path}).`);
}

function held(request: LockRequest, path: string, own: Owner): Lock {
  return {
    environment: request.environment,
    async release() {
      const now = await readOwner(request, path);
      if (now?.nonce === own.nonce) await request.disk.remove(path);
    },
  };
}

interface TakeOver {
  readonly path: string;
  readonly dead: Owner;
  readonly own: Owner;
}

/** Answers false where the lock has changed meanwhile, and all is to be looked at again. */
async function takeOver(request: LockRequest, { path, dead, own }: TakeOver): Promise<boolean> {
  const { disk } = request;
  const claims: string[] = [];
  for (let last = dead; ; ) {
    const claim = `${path}.taken-${last.nonce}`;
    claims.push(claim);
    if (await disk.createExclusively(claim, encode(own), 0o600)) break;
    const claimer = await readOwner(request, claim);
    if (claimer === undefined) return false;
    await refuseWhileAlive(request, path, claimer);
    last = claimer;
  }
  // From here on nobody but us may replace a lock with the dead owner's nonce.
  let ours = false;
  try {
    ours = (await readOwner(request, path))?.nonce === dead.nonce;
    if (ours) await disk.writeDurably(path, encode(own), 0o600);
  } finally {
    for (const claim of ours ? claims : claims.slice(-1)) await disk.remove(claim);
  }
  return ours;
}

async function refuseWhileAlive(request: LockRequest, path: string, owner: Owner): Promise<void> {
  const who = `Environment '${request.environment}' is in use by '${owner.doing}' (pid ${owner.pid} on '${owner.host}', since ${owner.since})`;
  if (owner.host !== request.process.host) {
    const todo = `From '${request.process.host}' it cannot be told whether that still runs: if it does not, delete '${path}'`;
    throw new RefusedError('locked', `${who}. ${todo}.`);
  }
  if (await request.process.isAlive(owner.pid, owner.startedAt)) {
    throw new RefusedError('locked', `${who}. Wait until it has ended, or end it: windshear stop`);
  }
}

async function readOwner(request: LockRequest, path: string): Promise<Owner | undefined> {
  const bytes = await ifThere(request.disk.read(path));
  if (bytes === undefined) return undefined;
  const parsed = ownerSchema.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (parsed.success) return parsed.data;
  const todo = `If no windshear process uses environment '${request.environment}', delete it`;
  throw new RefusedError(
    'lock-unreadable',
    `The lock '${path}' cannot be read as one, so its owner is unknown. ${todo}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function newOwner(request: LockRequest): Owner {
  const { pid, startedAt, host } = request.process;
  const nonce = Buffer.from(request.random.bytes(8)).toString('hex');
  return { nonce, pid, startedAt, host, doing: request.doing, since: isoTime(request.clock) };
}

function encode(owner: Owner): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(owner)}\n`);
}
