import type { Environment } from '../model/environment.ts';
import { type LeaseConfig, type MirrorConfig, targetOfLease } from '../model/environment-lease.ts';
import { RefusedError, UsageError } from '../model/errors.ts';
import type { TargetKind } from '../model/fault.ts';
import { newMarker } from '../model/marker.ts';
import type { LeasePlace } from '../model/run.ts';
import type { Store } from '../model/store.ts';
import type { Target } from '../model/target.ts';
import { fileStore } from '../system/file-store.ts';
import { systemDisk } from '../system/system-disk.ts';
import { systemRandom } from '../system/system-random.ts';
import type { AwsClients } from '../targets/aws/clients.ts';
import type { KubernetesClients } from '../targets/kubernetes/clients.ts';

export interface LeaseOptions {
  /** Environment variables; only those that windshear.yaml names are read, and `CI`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly targets: ReadonlyMap<TargetKind, Target>;
}

/**
 * Says where the lease of an environment lies; nothing is asked of it yet. Throws `UsageError` for a mirror whose key
 * is missing or is none.
 */
export async function leasePlace(environment: Environment, options: LeaseOptions): Promise<LeasePlace | undefined> {
  const { lease, journal } = environment;
  if (lease === undefined) return undefined;
  const mirrorKey = journal?.mirror === undefined ? undefined : await readKey(journal.mirror, options.variables);
  return { ttlMs: lease.ttl, store: (signal) => openStore(lease, options.targets, signal), mirrorKey };
}

/** Refuses a live run on a CI machine whose journal would vanish with it. Throws `RefusedError`. */
export function demandMirror(name: string, environment: Environment, variables: LeaseOptions['variables']): void {
  const { CI: ci = '' } = variables;
  if (environment.staging === 'embedded' || environment.journal?.mirror !== undefined) return;
  if (ci === '' || ci === '0' || ci.toLowerCase() === 'false') return;
  const why = `Environment '${name}' is live, and the disks of CI machines vanish: nobody could put back what a run that died had left in`;
  throw new RefusedError('no-mirror', `${why}. Add 'journal.mirror' to it in windshear.yaml.`);
}

/** Writes of a lease act as whoever reverts, and carry a marker of no trial with the letter of our own reads. */
async function openStore(
  lease: LeaseConfig,
  targets: ReadonlyMap<TargetKind, Target>,
  signal: AbortSignal,
): Promise<Store> {
  if (lease.type === 'file') return fileStore(systemDisk, lease.folder);
  const kind = targetOfLease(lease);
  const target = kind === undefined ? undefined : targets.get(kind);
  if (target === undefined) throw new UsageError(`A lease of type '${lease.type}' needs the target '${kind}'.`);
  const { clients } = await target.session('observe', newMarker(systemRandom), signal);
  if (lease.type === 's3') {
    const { s3Store } = await import('../targets/aws/s3-store.ts');
    return s3Store(clients as AwsClients, lease);
  }
  const { kubernetesStore } = await import('../targets/kubernetes/kubernetes-store.ts');
  return kubernetesStore(clients as KubernetesClients, lease);
}

async function readKey({ key }: MirrorConfig, variables: LeaseOptions['variables']): Promise<Uint8Array> {
  const from = 'env' in key ? `the environment variable '${key.env}'` : `the file '${key.file}'`;
  const text = 'env' in key ? variables[key.env] : await readText(key.file);
  const bytes = Buffer.from(text?.trim() ?? '', 'base64');
  if (bytes.length === 32) return bytes;
  const got = text === undefined ? 'is not there' : `holds ${bytes.length} bytes`;
  throw new UsageError(
    `The key of journal.mirror must be 32 bytes as base64, and ${from} ${got}. Make one: openssl rand -base64 32`,
  );
}

async function readText(path: string): Promise<string | undefined> {
  if (!(await systemDisk.exists(path))) return undefined;
  return new TextDecoder().decode(await systemDisk.read(path));
}
