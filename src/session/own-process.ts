import type { OwnProcess } from '../engine/lock.ts';
import { isAlive, thisProcess } from '../system/process-identity.ts';

/** Names this process as locks and journals know it, and how to tell whether another one still runs. */
export async function ownProcess(): Promise<OwnProcess> {
  return { ...(await thisProcess()), isAlive };
}
