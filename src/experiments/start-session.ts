import type { RunEvent } from '../model/run.ts';
import type { Session } from '../session/session.ts';
import type { StartedRun } from './host.ts';

/** Starts a prepared run and closes it when it has ended; whoever waits for its outcome hears of a failure too. */
export function startSession(session: Session, onEvent: (event: RunEvent) => void, release: () => void): StartedRun {
  const finished = async () => {
    try {
      return await session.run(onEvent);
    } finally {
      release();
      await session.close();
    }
  };
  const outcome = finished();
  outcome.catch(() => undefined);
  return { boundMs: session.boundMs, outcome, compare: (result) => session.compare([result]) };
}
