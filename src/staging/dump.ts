import { askClusterAdmin } from './cluster-admin.ts';
import type { StagingState } from './state.ts';

/** Is one part of the staging by resource; keys sorted, so that two dumps compare as they are. */
export type Dump = Readonly<Record<string, unknown>>;

/**
 * Reads everything that faults may touch, and leaves no trace of that in any trail or audit log: the first account's
 * policies, attachments, trusts, keys, bucket state, function configuration, instances, groups and trails; every object
 * of the cluster; the application's settings. Times, versions and last uses are left out; terminated instances are
 * listed under `residue`. Two equal dumps mean an equal staging.
 */
export async function dumpStaging(state: Pick<StagingState, 'aws' | 'kubernetes' | 'application'>): Promise<Dump> {
  const [account, cluster, application] = await Promise.all([
    dumpAccount(state),
    askClusterAdmin(state.kubernetes, { method: 'GET', path: '/windshear/dump' }),
    dumpApplication(state),
  ]);
  return { ...account, cluster, application };
}

async function dumpAccount({ aws }: Pick<StagingState, 'aws'>): Promise<Dump> {
  const { dumpBuckets, dumpFleet, dumpFunctions, dumpRoles, dumpTrails, dumpUsers } = await import('./dump/parts.ts');
  const { rootClients } = await import('./seed/clients.ts');
  const first = rootClients(aws.emulator, aws.account, aws.region);
  const second = rootClients(aws.emulator, aws.account, aws.secondRegion);
  const [roles, users, buckets, functions, fleet, trails] = await Promise.all([
    dumpRoles(first),
    dumpUsers(first),
    dumpBuckets(first),
    dumpFunctions(first),
    dumpFleet(first),
    dumpTrails([first, second]),
  ]);
  return { roles, users, buckets, functions, ...fleet, trails };
}

async function dumpApplication({ application }: Pick<StagingState, 'application'>): Promise<Dump> {
  const { admin, regions, model } = application;
  const paths = [
    ...regions.map(({ name }) => `/regions/${name}`),
    '/authentication',
    '/documentation',
    `/models/${model.version}`,
  ];
  const settings = paths.map(async (path): Promise<[string, unknown]> => {
    const answer = await fetch(`${admin}${path}`);
    if (!answer.ok) throw new Error(`The application's ${path} was answered ${answer.status}.`);
    return [path, await answer.json()];
  });
  return Object.fromEntries(await Promise.all(settings));
}
