import { openJournal } from '../../engine/journal.ts';
import { acquireLock, type OwnProcess } from '../../engine/lock.ts';
import { openPreImages } from '../../engine/pre-images.ts';
import { revertFault } from '../../engine/revert.ts';
import type { Clock } from '../../model/clock.ts';
import type { Disk } from '../../model/disk.ts';
import type { AnyFault } from '../../model/fault.ts';
import type { Marker } from '../../model/marker.ts';
import type { Random } from '../../model/random.ts';

/** What a small run needs; `process` is the one that its lock names. */
export interface SmallRun {
  readonly folders: { readonly reports: string; readonly state: string };
  readonly runId: string;
  readonly marker: Marker;
  readonly disk: Disk;
  readonly world: unknown;
  readonly fault: AnyFault;
  readonly clock: Clock;
  readonly random: Random;
  readonly staging: 'embedded' | 'live';
  readonly process: OwnProcess;
  /** True where a spec has killed the process that this run pretends to be. */
  readonly isDead: () => boolean;
}

/** Two faults in, two faults out, with every step written before it happens. */
export async function smallRun(run: SmallRun): Promise<void> {
  const { disk, clock, random, process, fault, world, marker, runId } = run;
  const { reports, state: stateFolder } = run.folders;
  const signal = new AbortController().signal;
  const lock = await acquireLock({
    disk,
    clock,
    random,
    process,
    stateFolder,
    environment: 'staging',
    doing: runId,
  });
  await disk.makeFolder(`${reports}/${runId}`);
  const journal = await openJournal({ disk, clock, path: `${reports}/${runId}/journal.jsonl` });
  const stagingId = run.staging === 'embedded' ? 'staging-1' : undefined;
  const owner = { journal: journal.path, environment: 'staging', stagingId };
  const images = openPreImages({ disk, stateFolder, runId, owner });
  const { pid, startedAt: processStartedAt } = process;
  await journal.append({
    kind: 'run-started',
    run: runId,
    environment: 'staging',
    staging: run.staging,
    ...(stagingId !== undefined && { stagingId }),
    pid,
    processStartedAt,
    toolVersion: '0',
  });
  const ctx = { clock, signal, clients: world as never, marker, log: () => {} };
  const reverts: (() => Promise<unknown>)[] = [];
  for (const name of ['s-1', 's-2']) {
    const params = { switch: name } as never;
    const before = await fault.capture({ ...ctx, phase: 'observe' }, params);
    const preImage = await images.keep(name, before);
    const { seq } = await journal.append({
      kind: 'intent',
      scenario: 'flip',
      n: 1,
      role: 'fault',
      index: 0,
      fault: fault.type,
      params: { switch: name },
      marker,
      touches: [name],
      settleMs: fault.settleMs,
      preImage,
    });
    await images.noteIntent(preImage, { fault: fault.type, touches: [name] });
    await fault.inject({ ...ctx, phase: 'inject' }, params, before);
    await journal.append({ kind: 'acknowledged', of: seq, acknowledgement: {}, requestIds: [] });
    const { state } = await fault.observe({ ...ctx, phase: 'observe' }, params, before);
    const readBack = await images.keep(`${name}-after`, state);
    await journal.append({ kind: 'effect', of: seq, status: 'ours', readBack });
    reverts.unshift(() =>
      revertFault({
        definition: fault,
        params,
        marker,
        before,
        injection: 'acknowledged',
        settleMs: fault.settleMs,
        budgetMs: 60_000,
        clock,
        abandon: signal,
        session: async () => ({ clients: world }),
        journal,
        of: seq,
        forget: () => images.remove([preImage, readBack]),
      }),
    );
  }
  for (const revert of reverts) {
    await revert();
    if (run.isDead()) return;
  }
  await images.removeAll();
  await journal.append({ kind: 'run-ended', exitCode: 0 });
  await lock.release();
}
