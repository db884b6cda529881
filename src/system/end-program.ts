import type { ProgramEnd, StartedProgram } from '../model/program.ts';
import { errorCode } from './disk-error.ts';
import { groupMembers, isAlive, startOf } from './process-identity.ts';
import { systemClock } from './system-clock.ts';

const graceMs = 5000;
const killedWithinMs = 2000;
const askedEveryMs = 20;

type Ended = Pick<StartedProgram, 'pid' | 'startedAt' | 'marker'>;

/**
 * Ends the process that had this pid and this start, politely at first, and then its whole group; where it has ended
 * itself, what is left of its group and bears the marker. Nobody else's.
 */
export async function endProgram(program: Ended): Promise<ProgramEnd> {
  const { pid, startedAt } = program;
  const isLed = await isAlive(pid, startedAt);
  if (!isLed && !(await hasOrphans(program))) return 'gone';
  if (!send(isLed ? pid : -pid, 'SIGTERM')) return 'still-there';
  await isOverWithin(graceMs, isLed ? () => isAlive(pid, startedAt) : () => hasOrphans(program));
  // A group keeps its number from others for as long as one of it is there; somebody else's start says that none is.
  const now = await startOf(pid);
  if (now === undefined || now === startedAt) send(-pid, 'SIGKILL');
  const isOver = await isOverWithin(
    killedWithinMs,
    async () => (await isAlive(pid, startedAt)) || (await hasOrphans(program)),
  );
  return isOver ? 'ended' : 'still-there';
}

async function hasOrphans({ pid, marker }: Ended): Promise<boolean> {
  return (await groupMembers(pid, `WINDSHEAR_MARKER=${marker}`)).length > 0;
}

async function isOverWithin(ms: number, isThere: () => Promise<boolean>): Promise<boolean> {
  const untilMonoMs = systemClock.monoMs() + ms;
  while (await isThere()) {
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
