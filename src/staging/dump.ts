import type { StagingState } from './state.ts';

/** Is one part of the account by resource; keys sorted, so that two dumps compare as they are. */
export type Dump = Readonly<Record<string, unknown>>;

/**
 * Reads everything that faults may touch in the first account, straight from the emulator, so that no trail shows it:
 * policies, attachments, trusts, keys, bucket state, function configuration, instances, groups, trails. Times and
 * last uses are left out; terminated instances are listed under `residue`. Two equal dumps mean an equal account.
 */
export async function dumpStaging({ aws }: Pick<StagingState, 'aws'>): Promise<Dump> {
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
