import type { Clock } from '../../model/clock.ts';

export interface NoiseOptions {
  /** Over all sources together. */
  readonly perSecond: number;
  readonly sources: readonly ((resourceArn: string) => void)[];
  readonly resources: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const tickMs = 100;

/**
 * Lets the sources send unrelated alerts about the resources, in turn and at the given rate, until the signal ends
 * it. What a late tick missed is made up for.
 */
export async function makeNoise({ perSecond, sources, resources, clock, signal }: NoiseOptions): Promise<void> {
  const startedMs = clock.monoMs();
  let sent = 0;
  while (!signal.aborted) {
    const due = Math.floor(((clock.monoMs() - startedMs) / 1000) * perSecond);
    for (; sent < due; sent += 1) {
      const round = Math.floor(sent / sources.length);
      sources[sent % sources.length]?.(resources[round % resources.length] ?? '');
    }
    await clock.sleep(tickMs, signal).catch(() => undefined);
  }
}
