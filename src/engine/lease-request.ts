import type { Clock } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import type { RefusedError } from '../model/errors.ts';
import type { Random } from '../model/random.ts';
import type { Store } from '../model/store.ts';
import type { OwnProcess } from './lock.ts';

/** What is needed to take the lease of an environment and to keep it. */
export interface LeaseRequest {
  readonly store: Store;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute: `.windshear/state`; the environment's lock in it is held. */
  readonly stateFolder: string;
  readonly environment: string;
  readonly process: Pick<OwnProcess, 'pid' | 'host'>;
  readonly run: string;
  /** Shown to whoever is refused: `run`, `recover`. */
  readonly doing: string;
  readonly ttlMs: number;
  /** Says of a run that ended without giving its lease back that what it left in is known here and dealt with now. */
  readonly mayTake: (run: string) => Promise<boolean>;
  /** Ends the wait for a lease. */
  readonly stop: AbortSignal;
  /** Ends even the renewing and giving back. */
  readonly abandon: AbortSignal;
  /** Told once, when the lease is somebody else's or can no longer be renewed: nothing may be injected any more. */
  readonly onLost: (why: RefusedError) => void;
  readonly log: (line: string) => void;
}
