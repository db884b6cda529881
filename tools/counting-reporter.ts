import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = Mocha.Runner.constants;

/**
 * Prints like mocha's spec reporter and keeps `{passed, failed, finished}` in the file named by
 * `--reporter-option output=<file>`, current at any moment, so that a run that is killed still says how far it came.
 */
class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { output }: { readonly output?: string } = options.reporterOptions ?? {};
    if (output === undefined) throw new Error('The counting reporter needs --reporter-option output=<file>.');
    const counts = { passed: 0, failed: 0, finished: false };
    const note = (change: Partial<typeof counts>) =>
      writeFileSync(output, JSON.stringify(Object.assign(counts, change)));
    note({});
    runner.on(EVENT_TEST_PASS, () => note({ passed: counts.passed + 1 }));
    runner.on(EVENT_TEST_FAIL, () => note({ failed: counts.failed + 1 }));
    runner.on(EVENT_RUN_END, () => note({ finished: true }));
  }
}

// mocha requires its reporters: https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require
export { CountingReporter as 'module.exports' };
