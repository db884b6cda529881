import type { OwnProcess } from '../../engine/lock.ts';
import { recover } from '../../engine/recover.ts';
import type { RecoverRequest } from '../../engine/recover-request.ts';
import type { AnyFault } from '../../model/fault.ts';
import { newMarker } from '../../model/marker.ts';
import type { Target } from '../../model/target.ts';
import { type DiskFate, MemoryDisk } from './memory-disk.ts';
import { type CallFate, MemoryWorld, switchFault, worldTarget } from './memory-world.ts';
import { SeededRandom } from './seeded-random.ts';
import { smallRun } from './small-run.ts';
import { VirtualClock } from './virtual-clock.ts';

export const runId = '20260101T000000Z-abcd';

export const marker = newMarker(new SeededRandom(3));

interface CallPoint {
  readonly what: 'read' | 'add' | 'remove' | 'any';
  readonly n: number;
  readonly when: 'before' | 'after';
}
export type CrashPoint = { readonly atWrite: number; readonly keepBytes: number } | { readonly atCall: CallPoint };

interface MachineOptions {
  readonly fault?: Partial<Pick<AnyFault, 'settleMs'>>;
  readonly staging?: 'embedded' | 'live';
  readonly decide?: (what: string, name: string) => CallFate;
}

/** One machine, its disk and a world; processes come and go on it. */
export function machine(options: MachineOptions = {}) {
  let disk = new MemoryDisk();
  let point: CrashPoint | undefined;
  let isDead = false;
  let writes = 0;
  let calls = 0;
  const world = new MemoryWorld((call) => {
    calls++;
    if (isDead) return { kind: 'failed', when: 'before' };
    if (point !== undefined && 'atCall' in point && (point.atCall.what === 'any' || point.atCall.what === call.what)) {
      if (--left === 0) {
        isDead = true;
        return { kind: 'failed', when: point.atCall.when };
      }
    }
    return options.decide?.(call.what, call.switch) ?? 'proceed';
  });
  let left = 0;
  const clock = new VirtualClock({ autoAdvance: true });
  const random = new SeededRandom(5);
  const alive = new Set<string>();
  const fault = switchFault(options.fault);

  const decide =
    (extra?: (operation: { path: string }) => DiskFate) =>
    (operation: { path: string }): DiskFate => {
      writes++;
      if (isDead) return { keepBytes: 0 };
      if (point !== undefined && 'atWrite' in point && --left === 0) {
        isDead = true;
        return { keepBytes: point.keepBytes };
      }
      return extra?.(operation) ?? 'proceed';
    };
  const boot = (extra?: (operation: { path: string }) => DiskFate) => {
    isDead = false;
    disk = disk.afterCrash(decide(extra));
  };
  const processOf = (pid: number): OwnProcess => ({
    pid,
    startedAt: 'start',
    host: 'here',
    isAlive: async (other, startedAt) => alive.has(`${other}/${startedAt}`),
  });

  async function inProcess<T>(pid: number, work: () => Promise<T>): Promise<T> {
    alive.add(`${pid}/start`);
    try {
      return await work();
    } finally {
      alive.delete(`${pid}/start`);
    }
  }

  async function crashIn(at: CrashPoint, work: () => Promise<unknown>): Promise<void> {
    boot();
    point = at;
    left = 'atWrite' in at ? at.atWrite : at.atCall.n;
    await Promise.allSettled([work()]);
    point = undefined;
    isDead = false;
    boot();
  }

  const run = () =>
    inProcess(100, () =>
      smallRun({
        folders: { reports: '/reports', state: '/state' },
        runId,
        marker,
        disk,
        world,
        fault,
        clock,
        random,
        staging: options.staging ?? 'embedded',
        process: processOf(100),
        isDead: () => isDead,
      }),
    );
  let pid = 200;
  const again = (more: Partial<RecoverRequest> = {}, extra?: (operation: { path: string }) => DiskFate, as = pid++) => {
    if (point === undefined && extra !== undefined) boot(extra);
    return inProcess(as, () =>
      recover({
        disk,
        clock,
        random,
        folders: { reports: '/reports', state: '/state' },
        catalogue: { faults: new Map([[fault.type, fault]]) },
        environment: async () => upWith('staging-1', worldTarget(world)),
        process: processOf(as),
        endProgram: async () => 'gone',
        abandon: new AbortController().signal,
        ...more,
      }),
    ).finally(() => {
      if (extra !== undefined) boot();
    });
  };
  boot();
  return {
    world,
    clock,
    alive,
    run,
    again,
    crashIn,
    crash: (at: CrashPoint) => crashIn(at, run),
    disk: () => disk,
    counted: () => ({ writes, calls }),
  };
}

export function upWith(stagingId: string, target?: Target) {
  const targets = new Map(target === undefined ? [] : [['aws' as const, target]]);
  return { status: 'up' as const, stagingId, revertBudgetMs: 60_000, targets, close: async () => {} };
}
