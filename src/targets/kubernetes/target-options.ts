import type { Clock } from '../../model/clock.ts';

export interface KubernetesTargetOptions {
  /** Embedded environments refuse any host but loopback. */
  readonly embedded: boolean;
  readonly clock: Clock;
  /** Environment variables; only those that windshear.yaml names are read. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Version of windshear for the user agent. */
  readonly version: string;
  /** Gets one sentence a time, such as a token file that others may read. */
  readonly warn: (sentence: string) => void;
}
