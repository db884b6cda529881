import { join } from 'node:path';
import { recover } from '../../engine/recover.ts';
import type { Disk } from '../../model/disk.ts';
import { newMarker } from '../../model/marker.ts';
import { endProgram } from '../../system/end-program.ts';
import { isAlive, thisProcess } from '../../system/process-identity.ts';
import { systemClock } from '../../system/system-clock.ts';
import { systemDisk } from '../../system/system-disk.ts';
import { systemRandom } from '../../system/system-random.ts';
import { FileWorld } from './file-world.ts';
import { type MemoryWorld, switchFault, worldTarget } from './memory-world.ts';
import { smallRun } from './small-run.ts';

/**
 * Goes through a small run, or a recovery, on the real disk; a spec kills it. `<folder> <run|recover> <step>`: before
 * write or call number `step` it prints `stalled` and waits to be killed. Without reaching it, it prints what came out.
 */
const [folder = '', what = '', stallAt = '0'] = process.argv.slice(2);
let steps = 0;

async function step(): Promise<void> {
  if (++steps !== Number(stallAt)) return;
  process.stdout.write('stalled\n');
  await systemClock.sleep(60_000);
}

function stepping<A extends unknown[], R>(write: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    await step();
    return write(...args);
  };
}

const disk: Disk = {
  ...systemDisk,
  makeFolder: stepping(systemDisk.makeFolder),
  appendDurably: stepping(systemDisk.appendDurably),
  writeDurably: stepping(systemDisk.writeDurably),
  createExclusively: stepping(systemDisk.createExclusively),
  truncate: stepping(systemDisk.truncate),
  remove: stepping(systemDisk.remove),
};
const world = new FileWorld(join(folder, 'world'), step);
const fault = switchFault();
const common = {
  disk,
  clock: systemClock,
  random: systemRandom,
  folders: { reports: join(folder, 'reports'), state: join(folder, 'state') },
  process: { ...(await thisProcess()), isAlive },
};

if (what === 'run') {
  const marker = newMarker(systemRandom);
  await smallRun({ ...common, runId: 'run-1', marker, world, fault, staging: 'embedded', isDead: () => false });
  process.stdout.write('ended\n');
} else {
  const targets = new Map([['aws' as const, worldTarget(world as unknown as MemoryWorld)]]);
  const { exitCode, runs } = await recover({
    ...common,
    endProgram,
    catalogue: { faults: new Map([[fault.type, fault]]) },
    environment: async () => ({
      status: 'up',
      stagingId: 'staging-1',
      revertBudgetMs: 5000,
      targets,
      close: async () => {},
    }),
    abandon: new AbortController().signal,
  });
  process.stdout.write(`ended ${JSON.stringify({ exitCode, runs: runs.length })}\n`);
}
