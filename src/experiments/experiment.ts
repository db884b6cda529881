import { UsageError } from '../model/errors.ts';
import { ClaimError } from './claim-error.ts';
import { demandAsked } from './expect.ts';
import { type GameDay, gameDayOf } from './game-day.ts';
import type { ScenarioView } from './scenario-view.ts';

/**
 * Describes tests about one scenario, by its id. `trial()` answers its results; all scenarios whose tests remain after
 * grep and only start together with the first test, each of them once however many experiments name it.
 *
 * @example
 * experiment('bucket-policy-flip', (trial) => {
 *   it('is seen by the trail rules within 30 seconds', async () => {
 *     expect(await trial()).to.be.detectedBy('trail-rules').within('30s');
 *   });
 * });
 */
export function experiment(scenario: string, define: (trial: () => Promise<ScenarioView>) => void): void {
  refuseParallel();
  describe(scenario, function () {
    const gameDay = gameDayOf(rootOf(this));
    gameDay.add(scenario, this);
    before(async function () {
      this.timeout(startWithinMs);
      await gameDay.start();
    });
    define(() => gameDay.scenario(scenario));
    this.eachTest((test) => {
      test.fn = withKnownGaps(test.fn, gameDay, scenario);
    });
  });
}

/** Installing the embedded staging for the first time may take minutes. */
const startWithinMs = 12 * 60_000;

function refuseParallel(): void {
  if (typeof describe !== 'function') {
    throw new UsageError('experiment() needs mocha. Run: windshear run <file>, or npx mocha');
  }
  if (process.env['MOCHA_WORKER_ID'] === undefined) return;
  throw new UsageError(
    'Experiments cannot run with --parallel: one run must know all its scenarios, and they already run side by side.',
  );
}

function rootOf(suite: Mocha.Suite): Mocha.Suite {
  return suite.parent === undefined || suite.root ? suite : rootOf(suite.parent);
}

/** A claim whose every line the baseline lists at that verdict makes its test pending, with the gap in its title. */
function withKnownGaps(fn: Mocha.Test['fn'], gameDay: GameDay, scenario: string): Mocha.Test['fn'] {
  if (fn === undefined || fn.length > 0) return fn;
  return async function (this: Mocha.Context) {
    try {
      await (fn as Mocha.AsyncFunc).call(this);
      demandAsked();
    } catch (error) {
      if (!(error instanceof ClaimError) || !(await gameDay.isKnownGap(scenario, error))) throw error;
      const test = this.runnable();
      test.title = `${test.title} (known gap)`;
      this.skip();
    }
  };
}
