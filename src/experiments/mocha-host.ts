import { readFileSync } from 'node:fs';
import { plainText } from '../scorecard/plain-text.ts';
import { foldersOf } from '../session/folders.ts';
import { listenForStop } from '../session/run-stop.ts';
import { openSession } from '../session/session.ts';
import type { ExperimentHost } from './host.ts';
import { startSession } from './start-session.ts';

/** Starts runs for mocha's own command line: the default environment of `windshear.yaml`, reports in `reports/`. */
export const mochaHost: ExperimentHost = {
  start: async (scenarios, onEvent) => {
    const cwd = process.cwd();
    const notice = (text: string) => {
      process.stderr.write(`  ${plainText(text)}\n`);
    };
    const stopping = listenForStop(foldersOf(cwd), notice);
    try {
      const session = await openSession(
        {
          ...{ cwd, config: 'windshear.yaml', reports: 'reports', showAccounts: false },
          ...{ version: packageVersion(), variables: process.env, notice, stopping },
        },
        { names: scenarios },
      );
      return startSession(session, onEvent, stopping.release);
    } catch (error) {
      stopping.release();
      throw error;
    }
  },
};

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
