import type { EventEmitter } from 'node:events';
import { StopRequest } from '../engine/stop.ts';
import type { Clock } from '../model/clock.ts';

/** A second Ctrl-C counts only so long after the message that offers it; a double press must not abandon a revert. */
export const abandonAfterMs = 1000;

export interface SignalHandling {
  /** `process`, or a stand-in. */
  readonly emitter: Pick<EventEmitter, 'on' | 'off'>;
  readonly clock: Clock;
  /** Aborted by the first SIGINT or SIGTERM: injections end, everything that is in is reverted. */
  readonly stop: AbortController;
  /** Aborted by a second SIGINT at least one second after the first: even the revert is given up. */
  readonly abandon: AbortController;
  /** Shows a line to the person at the terminal. */
  readonly say: (line: string) => void;
}

/** Turns signals into a stop, and only a deliberate second Ctrl-C into an abandoned revert. Answers how to end it. */
export function handleSignals(handling: SignalHandling): () => void {
  const { emitter, clock, stop, abandon, say } = handling;
  let offeredMonoMs: number | undefined;

  function halt(by: string): void {
    if (!stop.signal.aborted) stop.abort(new StopRequest(by));
  }
  function onInterrupt(): void {
    if (abandon.signal.aborted) return;
    if (offeredMonoMs === undefined) {
      halt('SIGINT');
      say('Stopping: nothing more is injected, everything that is in is being reverted.');
      say('Press Ctrl-C again to abandon the revert; what is in then stays in until: windshear recover');
      offeredMonoMs = clock.monoMs();
      return;
    }
    if (clock.monoMs() - offeredMonoMs < abandonAfterMs) return;
    say('The revert is abandoned. What is in stays in until you run: windshear recover');
    abandon.abort(new StopRequest('a second SIGINT'));
  }
  function onTerminate(): void {
    if (stop.signal.aborted) return;
    halt('SIGTERM');
    say('Stopping on SIGTERM: nothing more is injected, everything that is in is being reverted.');
  }

  emitter.on('SIGINT', onInterrupt);
  emitter.on('SIGTERM', onTerminate);
  return () => {
    emitter.off('SIGINT', onInterrupt);
    emitter.off('SIGTERM', onTerminate);
  };
}
