import { startOf } from '../system/process-identity.ts';
import { realTime } from './real-time.ts';

/** Waits up to two seconds until a process is gone; a zombie is. */
export async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await startOf(pid)) === undefined) return true;
    await realTime.sleep(20);
  }
  return false;
}
