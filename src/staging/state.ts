import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { loopbackUrl } from './detection/start-up.ts';

/** Options of a staging that decide whether a running one can be used again. */
export const stagingOptions = z.object({
  without: z.array(z.string()).default([]),
  /** Milliseconds by detector. */
  delay: z.record(z.string(), z.number().nonnegative()).default({}),
  /** Unrelated alerts per second. */
  noise: z.int().positive().nullable().default(null),
});

/** Describes `state.json`: where everything of a running staging is. It holds paths of credentials, never secrets. */
export const stagingState = z.object({
  id: z.string(),
  pid: z.int().positive(),
  /** The supervisor's start in the words of the operating system, which tells it from a later process of that pid. */
  processStart: z.string(),
  startedAt: z.string(),
  /** Control API of the supervisor, with its token: GET /status, POST /touch, POST /down. */
  control: loopbackUrl(),
  aws: z.object({
    endpoint: loopbackUrl(),
    /** The emulator itself: what goes there is in no trail. */
    emulator: loopbackUrl(),
    account: z.string(),
    secondAccount: z.string(),
    region: z.string(),
    secondRegion: z.string(),
  }),
  credentials: z.object({ tester: z.string(), revert: z.string(), detectors: z.string(), admin: z.string() }),
  roles: z.object({
    tester: z.string(),
    revert: z.string(),
    remediator: z.string(),
    appFirst: z.string(),
    appSecond: z.string(),
    beacon: z.string(),
  }),
  users: z.object({ protected: z.string(), ordinary: z.string() }),
  buckets: z.object({ models: z.string(), modelsGuarded: z.string() }),
  lambda: z.object({ function: z.string() }),
  autoscaling: z.object({
    group: z.string(),
    launchTemplate: z.string(),
    image: z.string(),
    rogueImage: z.string(),
    subnet: z.string(),
  }),
  trails: z.object({ primary: z.string(), regional: z.string() }),
  audit: z.object({ file: z.string() }),
  canary: z.object({ role: z.string() }),
  detectors: z.object({
    'trail-rules': z.object({ queueUrl: z.string(), test: loopbackUrl() }),
    'identity-rules': z.object({ subscribe: loopbackUrl(), test: loopbackUrl() }),
    posture: z.object({ alerts: loopbackUrl() }),
    profile: z.object({ file: z.string() }),
  }),
  options: stagingOptions,
});

export type StagingState = z.infer<typeof stagingState>;

export type StagingOptions = z.infer<typeof stagingOptions>;

export function statePath(folder: string): string {
  return join(folder, 'state.json');
}

/** Reads the state that a staging left in its folder; undefined when there is none. It may be a dead one's. */
export async function readStagingState(folder: string): Promise<StagingState | undefined> {
  const text = await readFile(statePath(folder), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : stagingState.parse(JSON.parse(text));
}

/** Writes the state in one piece, readable by its owner only. */
export async function writeStagingState(folder: string, state: StagingState): Promise<void> {
  const draft = `${statePath(folder)}.draft`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, statePath(folder));
}
