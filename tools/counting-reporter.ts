import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

interface Counts {
  readonly passed: number;
  /** A line for each test or hook that failed: its full title, then the first line of its error. */
  readonly failures: readonly string[];
  readonly finished: boolean;
}

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = Mocha.Runner.constants;

/**
 * Prints like mocha's spec reporter and keeps `{passed, failed, failures, finished}` in the file named by
 * `--reporter-option output=<file>`, current at any moment, so that a run that is killed still says how far it came.
 */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { output }: { readonly output?: string } = options.reporterOptions ?? {};
    if (output === undefined) throw new Error('The counting reporter needs --reporter-option output=<file>.');
    let counts: Counts = { passed: 0, failures: [], finished: false };
    const note = (change: Partial<Counts>) => {
      counts = { ...counts, ...change };
      writeFileSync(output, JSON.stringify({ ...counts, failed: counts.failures.length }));
    };
    note({});
    runner.on(EVENT_TEST_PASS, () => note({ passed: counts.passed + 1 }));
    runner.on(EVENT_TEST_FAIL, (test: Mocha.Test, error: Error) => {
      const [firstLine] = error.message.split('\n');
      note({ failures: [...counts.failures, `${test.fullTitle()}: ${firstLine}`] });
    });
    runner.on(EVENT_RUN_END, () => note({ finished: true }));
  }
}

// mocha requires its reporters: https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require
export { CountingReporter as 'module.exports' };
