import type { Clock } from '../../model/clock.ts';

export interface RepeatOptions {
  readonly name: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

const longestPauseMs = 3000;

/** Does its work again and again until the signal ends it; while that fails the pauses grow to 3 s. */
export async function repeat(options: RepeatOptions, work: () => Promise<void>): Promise<void> {
  const { name, everyMs, clock, log, signal } = options;
  let pauseMs = everyMs;
  while (!signal.aborted) {
    const startedMs = clock.monoMs();
    try {
      await work();
      pauseMs = everyMs;
    } catch (error) {
      if (signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      log(`${name}: again in ${pauseMs} ms: ${String(error)}`);
    }
    await clock.sleep(Math.max(0, pauseMs - (clock.monoMs() - startedMs)), signal).catch(() => undefined);
  }
}
