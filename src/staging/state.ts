import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../model/errors.ts';
import { loopbackUrl } from './detection/start-up.ts';
import { stagingDetectors, withoutNames } from './switches.ts';

/** Options of a staging that decide whether a running one can be used again. */
export const stagingOptions = z.object({
  without: z
    .array(
      z.string().refine((name) => withoutNames.includes(name), {
        error: ({ input }) => `must be one of ${withoutNames.join(', ')}, got '${String(input)}'`,
      }),
    )
    .default([]),
  /** Milliseconds by detector. */
  delay: z.partialRecord(z.enum(stagingDetectors), z.number().nonnegative()).default({}),
  /** Unrelated alerts per second. */
  noise: z.int().positive().nullable().default(null),
});

/** What every version writes of the process that holds a staging together, so that any version can end it. */
const supervisorState = z.object({
  id: z.string(),
  pid: z.int().positive(),
  /** The supervisor's start in the words of the operating system, which tells it from a later process of that pid. */
  processStart: z.string(),
  /** Control API of the supervisor, with its token: GET /status, POST /touch, POST /down. */
  control: loopbackUrl(),
});

/** Describes `state.json`: where everything of a running staging is. It holds paths of credentials, never secrets. */
export const stagingState = supervisorState.extend({
  startedAt: z.string(),
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
  kubernetes: z.object({
    server: z.url({ protocol: /^https$/, hostname: /^127\.0\.0\.1$/ }),
    caFile: z.string(),
    clusterUid: z.string(),
    /** Of the administrator, for `kubectl`. */
    kubeconfig: z.string(),
    /** Files by identity. */
    tokens: z.object({ tester: z.string(), revert: z.string(), admin: z.string() }),
    users: z.object({ reconciler: z.string(), remediator: z.string() }),
    beacon: z.object({ namespace: z.string(), label: z.object({ key: z.string(), value: z.string() }) }),
    namespace: z.string(),
    workloads: z.object({ api: z.string(), worker: z.string(), preview: z.string() }),
    images: z.object({ api: z.string(), worker: z.string(), preview: z.string() }),
    networkPolicy: z.string(),
    /** Whoever reads it makes the canary rule of the audit rules speak. */
    canaryNamespace: z.string(),
    admission: z.object({ configuration: z.string(), webhook: z.string() }),
    audit: z.object({ file: z.string() }),
  }),
  application: z.object({
    router: loopbackUrl(),
    endpoint: loopbackUrl(),
    admin: loopbackUrl(),
    /** In the order of the router's preference. */
    regions: z.array(z.object({ name: z.string(), url: loopbackUrl() })),
    model: z.object({ version: z.string(), digest: z.string() }),
    /** File of the bearer token that the endpoint demands. */
    token: z.string(),
    audit: z.object({ file: z.string() }),
  }),
  audit: z.object({ file: z.string() }),
  canary: z.object({ role: z.string() }),
  detectors: z.object({
    'trail-rules': z.object({ queueUrl: z.string(), test: loopbackUrl() }),
    'identity-rules': z.object({ subscribe: loopbackUrl(), test: loopbackUrl() }),
    posture: z.object({ alerts: loopbackUrl() }),
    profile: z.object({ file: z.string() }),
    uptime: z.object({ subscribe: loopbackUrl(), test: loopbackUrl() }),
    'audit-rules': z.object({ subscribe: loopbackUrl(), test: loopbackUrl() }),
  }),
  options: stagingOptions,
});

export type StagingState = z.infer<typeof stagingState>;

export type SupervisorState = z.infer<typeof supervisorState>;

export type StagingOptions = z.infer<typeof stagingOptions>;

export function statePath(folder: string): string {
  return join(folder, 'state.json');
}

/**
 * Reads the state that a staging left in its folder; undefined when there is none. It may be a dead one's.
 * @throws UsageError where another version of windshear wrote it
 */
export async function readStagingState(folder: string): Promise<StagingState | undefined> {
  const value = await readState(folder);
  if (value === undefined) return undefined;
  const { data } = stagingState.safeParse(value);
  if (data !== undefined) return data;
  throw new UsageError(
    `The embedded staging in ${folder} was started by another version of windshear. Run: windshear staging down`,
  );
}

/** Reads of a state, of whatever version, how to end its staging; undefined where there is none or it tells nothing. */
export async function readSupervisorState(folder: string): Promise<SupervisorState | undefined> {
  return supervisorState.safeParse(await readState(folder)).data;
}

async function readState(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(statePath(folder), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the state in one piece, readable by its owner only. */
export async function writeStagingState(folder: string, state: StagingState): Promise<void> {
  const draft = `${statePath(folder)}.draft`;
  await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, statePath(folder));
}
