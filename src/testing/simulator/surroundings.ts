import type { Act, Ledger } from './ledger.ts';
import type { SimClock } from './sim-clock.ts';
import type { State } from './state.ts';
import type { Story, When } from './story.ts';

/** Told what becomes of something pushed at each run: when it may have come at the earliest, or that it is lost. */
export interface Fates {
  readonly arrived: (run: string, fromMs: number) => void;
  readonly lost: (run: string) => void;
}

/** What detectors and guards see of the world and may do in it. */
export interface Surroundings {
  readonly story: Story;
  readonly clock: SimClock;
  readonly ledger: Ledger;
  readonly initial: ReadonlyMap<string, State>;
  guard: (act: Act) => string | undefined;
  onRevertSent: (act: Act) => void;
  readonly state: (resource: string) => State;
  readonly resources: () => ReadonlyMap<string, State>;
  readonly watch: (watcher: (act: Act) => void) => void;
  readonly when: (when: When, act: () => void) => void;
  readonly writeAs: (actor: string, resource: string, field: string, value: string | undefined) => void;
  readonly push: (channel: string, texts: readonly string[], fates: Fates) => void;
}
