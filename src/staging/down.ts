import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './process-identity.ts';
import { readSupervisorState, type SupervisorState } from './state.ts';
import { control } from './status.ts';

const endsWithinMs = 5000;
const pollMs = 20;

/**
 * Ends the staging of a folder with all its processes, and removes the folder; nothing happens when there is none.
 * A supervisor that does not end by itself is killed, and its processes end with it.
 */
export async function stagingDown(folder: string): Promise<void> {
  const state = await readSupervisorState(folder);
  if (state !== undefined && (await isRunning(supervisorOf(state)))) {
    await control(state, 'POST', 'down').catch(() => undefined);
    if (!(await hasEnded(state))) {
      process.kill(state.pid, 'SIGKILL');
      await hasEnded(state);
    }
  }
  await rm(folder, { recursive: true, force: true });
}

async function hasEnded(state: SupervisorState): Promise<boolean> {
  const deadlineMs = performance.now() + endsWithinMs;
  while (performance.now() < deadlineMs) {
    if (!(await isRunning(supervisorOf(state)))) return true;
    await sleep(pollMs);
  }
  return false;
}

function supervisorOf({ pid, processStart }: SupervisorState) {
  return { pid, startedAt: processStart };
}
