import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { systemDisk } from '../../system/system-disk.ts';
import { isCalled, type Noted, type Victim } from './crash.ts';
import { stepNamer } from './label.ts';

interface Life {
  readonly index: number;
  readonly victim: Victim;
  readonly labelOf: ReturnType<typeof stepNamer>;
  /** Writes that were called like that of its crash. */
  alike: number;
  /** Requests that left, and writes that are under way. */
  requests: number;
  writing: number;
  /** When its last write ended, and how many requests had left by then. */
  last: { readonly endedMs: number; readonly requests: number } | undefined;
  isHeld: boolean;
  isOver: boolean;
}

/** A pause in which what watches the staging may have acted by itself. */
const noticeablePauseMs = 50;
const never = new Promise<never>(() => undefined);
const lives: Life[] = [];
const own = new AsyncLocalStorage<Life>();

/**
 * Plays runs at once in this process and notes their durable writes in a file. Each is held at the write of its crash:
 * before it, after it but before it returns, or in the middle of an append, which leaves half of it behind as a power
 * cut does to bytes that no fsync has seen. What is held writes nothing more; once all are held, or have ended, the
 * process dies by SIGKILL. It goes on where no run came to its crash.
 */
export async function dieTogether(
  victims: readonly Victim[],
  log: string,
  run: (victim: Victim) => Promise<number>,
): Promise<void> {
  holdWrites((noted) => appendFileSync(log, `${JSON.stringify(noted)}\n`));
  countRequests();
  for (const [index, victim] of victims.entries()) {
    lives.push({
      ...{ index, victim, labelOf: stepNamer(), alike: 0, requests: 0, writing: 0, last: undefined },
      ...{ isHeld: false, isOver: false },
    });
  }
  await Promise.all(
    lives.map((life) =>
      own.run(life, async () => {
        const code = await run(life.victim);
        appendFileSync(log, `${JSON.stringify({ of: life.index, code } satisfies Noted)}\n`);
        life.isOver = true;
        dieOnceAllAreHeld();
      }),
    ),
  );
}

function dieOnceAllAreHeld(): void {
  if (lives.every(({ isHeld, isOver }) => isHeld || isOver) && lives.some(({ isHeld }) => isHeld))
    process.kill(process.pid, 'SIGKILL');
}

type Disk = { -readonly [Name in keyof typeof systemDisk]: (typeof systemDisk)[Name] };

function holdWrites(note: (noted: Noted) => void): void {
  const disk: Disk = systemDisk;
  const { appendDurably, writeDurably, createExclusively, truncate, remove, link } = systemDisk;
  type Write<Result> = { readonly write: () => Promise<Result>; readonly tear?: () => Promise<unknown> };

  async function counted<Result>(naming: Parameters<Life['labelOf']>, { write, tear }: Write<Result>): Promise<Result> {
    const life = own.getStore();
    if (life === undefined) throw new Error(`Nobody knows whose write this is: ${naming.slice(0, 2).join(' ')}.`);
    if (life.isHeld) return never;
    const { crash } = life.victim;
    const label = life.labelOf(...naming);
    const isAlike = crash !== undefined && isCalled(label, crash.label);
    if (isAlike) life.alike += 1;
    const when = isAlike && crash.nth === life.alike ? crash.when : undefined;
    note({ of: life.index, label, isQuiet: isQuiet(life) });
    const hold = () => {
      note({ of: life.index, heldAt: label });
      life.isHeld = true;
      dieOnceAllAreHeld();
      return never;
    };
    if (when === 'torn') await tear?.();
    if (when === 'torn' || when === 'before') return hold();
    life.writing += 1;
    const result = await write();
    life.writing -= 1;
    life.last = { endedMs: performance.now(), requests: life.requests };
    return when === 'after' ? hold() : result;
  }

  disk.appendDurably = (path, bytes, mode) =>
    counted(['append', path, bytes], {
      write: () => appendDurably(path, bytes, mode),
      tear: () => appendDurably(path, bytes.subarray(0, bytes.byteLength >> 1), mode),
    });
  disk.writeDurably = (path, bytes, mode) => counted(['write', path], { write: () => writeDurably(path, bytes, mode) });
  disk.createExclusively = (path, bytes, mode) =>
    counted(['create', path], { write: () => createExclusively(path, bytes, mode) });
  disk.truncate = (path, length) => counted(['truncate', path], { write: () => truncate(path, length) });
  disk.remove = (path) => counted(['remove', path], { write: () => remove(path) });
  disk.link = (target, path) => counted(['link', path], { write: () => link(target, path) });
}

/** Whether a crash now is the same as one right after the last write: no request has left and no time has passed. */
function isQuiet({ last, writing, requests }: Life): boolean {
  if (last === undefined || writing > 0) return false;
  return requests === last.requests && performance.now() - last.endedMs < noticeablePauseMs;
}

/** Counts whatever leaves by HTTP; a request that is nobody's is everybody's. */
function countRequests(): void {
  const count = () => {
    const life = own.getStore();
    for (const one of life === undefined ? lives : [life]) one.requests += 1;
  };
  subscribe('http.client.request.start', count);
  subscribe('undici:request:create', count);
}
