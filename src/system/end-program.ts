import type { ProgramEnd, StartedProgram } from '../model/program.ts';
import { errorCode } from './disk-error.ts';
import { isAlive, startOf } from './process-identity.ts';
import { systemClock } from './system-clock.ts';

const graceMs = 5000;
const killedWithinMs = 2000;
const askedEveryMs = 20;

/** Ends the process that had this pid and this start, politely at first, and then its whole group; nobody else's. */
export async function endProgram({ pid, startedAt }: Pick<StartedProgram, 'pid' | 'startedAt'>): Promise<ProgramEnd> {
  if (!(await isAlive(pid, startedAt))) return 'gone';
  if (!send(pid, 'SIGTERM')) return 'still-there';
  await isGoneWithin(graceMs, { pid, startedAt });
  // A group keeps its number from others for as long as one of it is there; somebody else's start says that none is.
  const now = await startOf(pid);
  if (now === undefined || now === startedAt) send(-pid, 'SIGKILL');
  return (await isGoneWithin(killedWithinMs, { pid, startedAt })) ? 'ended' : 'still-there';
}

async function isGoneWithin(ms: number, { pid, startedAt }: Pick<StartedProgram, 'pid' | 'startedAt'>) {
  const untilMonoMs = systemClock.monoMs() + ms;
  while (await isAlive(pid, startedAt)) {
    if (systemClock.monoMs() >= untilMonoMs) return false;
    await systemClock.sleep(askedEveryMs);
  }
  return true;
}

/** Answers false where it is not ours to end. */
function send(to: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(to, signal);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    if (errorCode(error) !== 'ESRCH') throw error;
    return true;
  }
}
