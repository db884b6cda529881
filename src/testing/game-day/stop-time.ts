import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJournal } from '../../engine/journal-lines.ts';
import { systemDisk } from '../../system/system-disk.ts';
import type { Workplace } from './workplace.ts';

/** Scenarios without a guardrail that takes their faults out, which may be in at the same time. */
export const stoppable = [
  'bucket-policy-flip',
  'rogue-instance',
  'trust-policy-opened',
  'lambda-environment-drift',
  'service-account-sprawl',
] as const;

/** The faults that these scenarios put in. */
export const stoppableFaults = 6;

/** How long it took from a request to stop until everything was out. */
export interface StopTime {
  /** Faults and controls that were in when somebody asked. */
  readonly in: number;
  /** From the request on disk to the last revert that was answered, by the journal. */
  readonly revertedMs: number;
  /** To the last one that was read back. */
  readonly verifiedMs: number;
}

/** Keeps every fault of a workplace in for longer than anyone waits for all of them to be in. */
export async function holdFaults(work: Pick<Workplace, 'edit'>): Promise<void> {
  await work.edit('windshear.yaml', (text) => text.replace('    hold: 0s', '    hold: 28s'));
}

/** Says whether all faults of `stoppable` are in. */
export function allAreIn(steps: readonly string[]): boolean {
  return steps.filter((step) => /^fault \d acknowledged$/.test(step)).length === stoppableFaults;
}

/** Reads off a stop file and the journal of a run how long it took to take everything back. */
export async function stopTimeOf(stopFile: string, runFolder: string): Promise<StopTime> {
  const asked = z.object({ at: z.iso.datetime() }).parse(JSON.parse(await readFile(stopFile, 'utf8')));
  const askedMs = Date.parse(asked.at);
  const { entries } = await readJournal(systemDisk, join(runFolder, 'journal.jsonl'));
  const times = (kind: 'reverted' | 'verified') =>
    entries.flatMap((entry) => (entry.kind === kind ? [Date.parse(entry.at) - askedMs] : [])).filter((ms) => ms > 0);
  const verified = times('verified');
  return { in: verified.length, revertedMs: Math.max(...times('reverted')), verifiedMs: Math.max(...verified) };
}
