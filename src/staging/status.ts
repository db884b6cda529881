import { z } from 'zod';
import { isRunning } from './process-identity.ts';
import { readStagingState, type StagingState, type SupervisorState } from './state.ts';

export type StagingStatus =
  | { readonly status: 'down' }
  /** Its state file is there, and its processes are not. */
  | { readonly status: 'dead'; readonly state: StagingState }
  | { readonly status: 'up'; readonly state: StagingState };

const answerWithinMs = 2000;

/** Says whether a staging runs in the folder; does not count as using it. */
export async function stagingStatus(folder: string): Promise<StagingStatus> {
  const state = await readStagingState(folder);
  if (state === undefined) return { status: 'down' };
  return (await isHealthy(state)) ? { status: 'up', state } : { status: 'dead', state };
}

/** Starts the idle time anew; every command that uses the staging calls it, a long one again and again. */
export async function touchStaging(state: StagingState): Promise<void> {
  await control(state, 'POST', 'touch');
}

/** Says whether the staging's own supervisor runs and answers. */
export async function isHealthy(state: StagingState): Promise<boolean> {
  if (!(await isRunning({ pid: state.pid, startedAt: state.processStart }))) return false;
  const answer = await control(state, 'GET', 'status').catch(() => undefined);
  return answer?.id === state.id && answer.ready;
}

/** Calls the supervisor. @throws when it does not answer, or is not the one of this state */
export async function control(state: SupervisorState, method: 'GET' | 'POST', act: 'status' | 'touch' | 'down') {
  const response = await fetch(`${state.control}/${act}`, { method, signal: AbortSignal.timeout(answerWithinMs) });
  if (!response.ok) throw new Error(`The staging's supervisor answered ${response.status} to ${act}.`);
  return z.object({ id: z.string(), ready: z.boolean() }).parse(await response.json());
}
