import type { EventRule } from './proxy/event-rules.ts';
import type { Trail } from './proxy/trails.ts';
import { type Fleet, seedFleet, seedFunction } from './seed/application.ts';
import { rootClients } from './seed/clients.ts';
import { seedEvents } from './seed/events.ts';
import { type KeyHolder, type SeededUser, seedBeacon, seedIdentities } from './seed/identities.ts';
import { account, region, secondAccount, secondRegion } from './seed/names.ts';
import { seedBuckets, seedTrails } from './seed/storage.ts';

/** Is what the seeding made and what cannot be known by name. */
export interface Seeded {
  readonly users: Readonly<Record<KeyHolder, SeededUser>>;
  readonly fleet: Fleet;
  readonly trails: readonly Trail[];
  readonly rules: readonly EventRule[];
}

/** Fills an empty emulator with the neighbourhood: straight, so that no trail shows it. */
export async function seed(emulator: string): Promise<Seeded> {
  const first = rootClients(emulator, account, region);
  const second = rootClients(emulator, account, secondRegion);
  const [users, fleet, trails, rules] = await Promise.all([
    seedIdentities(first),
    seedFleet(first),
    seedTrails(first, second),
    seedEvents(first, second),
    seedBuckets(first),
    seedFunction(first),
    seedBeacon(rootClients(emulator, secondAccount, region)),
  ]);
  return { users, fleet, trails, rules };
}
