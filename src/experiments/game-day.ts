import { type ExitCode, exitCodes, UsageError, WindshearError } from '../model/errors.ts';
import type { RunEvent } from '../model/run.ts';
import type { ClaimError } from './claim-error.ts';
import { registry, type StartedRun } from './host.ts';
import { ScenarioView } from './scenario-view.ts';

/** The experiments of one mocha run, and the one run of scenarios that they share. */
export class GameDay {
  readonly #root: Mocha.Suite;
  readonly #experiments: { readonly scenario: string; readonly suite: Mocha.Suite }[] = [];
  readonly #views = new Map<string, PromiseWithResolvers<ScenarioView>>();
  #started: Promise<StartedRun> | undefined;

  constructor(root: Mocha.Suite) {
    this.#root = root;
  }

  add(scenario: string, suite: Mocha.Suite): void {
    this.#experiments.push({ scenario, suite });
  }

  /** Starts the scenarios of all tests that remain, once; every experiment waits for it before its first test. */
  start(): Promise<StartedRun> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Answers a scenario's results as soon as its last trial has ended. */
  scenario(id: string): Promise<ScenarioView> {
    const known = this.#views.get(id);
    if (known !== undefined) return known.promise;
    throw new UsageError(`trial() of '${id}' answers inside a test, not while tests are being defined.`);
  }

  /** Says whether the baseline lists every line that a claim failed for, at its verdict. */
  async isKnownGap(scenario: string, error: ClaimError): Promise<boolean> {
    const { result } = await this.scenario(scenario);
    const lines = (await this.start()).compare(result)?.lines ?? [];
    const changes = error.ids.map((id) => lines.find((compared) => compared.line.id === id)?.change);
    return changes.length > 0 && changes.every((change) => change === 'known-gap' || change === 'quarantined');
  }

  async #start(): Promise<StartedRun> {
    const { host, runner } = registry;
    if (runner === undefined) {
      throw new UsageError(
        `Add "require": ["windshear"] to .mocharc.json, so that experiments know which tests remain.`,
      );
    }
    const remaining = this.#experiments.filter(({ suite }) => this.#isIn(suite) && hasTests(runner, suite));
    const ids = [...new Set(remaining.map(({ scenario }) => scenario))];
    for (const id of ids) this.#views.set(id, quietly(Promise.withResolvers<ScenarioView>()));
    const { start } = host ?? (await import('./mocha-host.ts')).mochaHost;
    const started = await start(ids, (event) => this.#hear(event));
    void started.outcome.then(
      ({ scorecard }) => {
        for (const scenario of scorecard.scenarios) this.#views.get(scenario.id)?.resolve(new ScenarioView(scenario));
      },
      (error: unknown) => {
        for (const view of this.#views.values()) view.reject(error);
      },
    );
    for (const { suite } of remaining) {
      suite.eachTest((test) => {
        if (test.timeout() !== 0) test.timeout(Math.max(test.timeout(), started.boundMs));
      });
    }
    this.#addSafety(runner, started);
    return started;
  }

  #hear(event: RunEvent): void {
    if (event.kind === 'scenario-ended') this.#views.get(event.result.id)?.resolve(new ScenarioView(event.result));
  }

  /** The test `the run is safe` comes last; where grep leaves it out, a hook fails in its place. */
  #addSafety(runner: Mocha.Runner, started: StartedRun): void {
    const root = this.#root;
    let checked = false;
    const check = async () => {
      checked = true;
      await demandSafe(started);
    };
    const suite = describeIn(root, 'windshear');
    const test = new (testClass(this.#experiments.map((e) => e.suite)))('the run is safe', check);
    suite.addTest(test);
    test.timeout(started.boundMs);
    if (runner.grepTotal(suite) > 0) return;
    root.afterAll('the run is safe', async function (this: Mocha.Context) {
      this.timeout(started.boundMs);
      if (!checked) await check();
    });
  }

  /** `only` has taken the others out of the tree by now. */
  #isIn(suite: Mocha.Suite): boolean {
    const parent = suite.parent;
    if (parent === undefined || suite === this.#root) return suite === this.#root;
    return parent.suites.includes(suite) && this.#isIn(parent);
  }
}

const gameDays = new WeakMap<Mocha.Suite, GameDay>();

/** Answers the game day of a mocha run, which its root suite stands for. */
export function gameDayOf(root: Mocha.Suite): GameDay {
  const known = gameDays.get(root) ?? new GameDay(root);
  gameDays.set(root, known);
  return known;
}

const judgements: readonly ExitCode[] = [exitCodes.met, exitCodes.failed];

/** Failed expectations are told by their own tests; everything else that went wrong is told here. */
async function demandSafe(started: StartedRun): Promise<void> {
  const { exitCode, folder } = await started.outcome;
  if (judgements.includes(exitCode)) return;
  throw new WindshearError(
    'unsafe',
    exitCode,
    `the run ended with exit code ${exitCode}: ${meanings[exitCode]} (${folder})`,
  );
}

const meanings: Partial<Readonly<Record<ExitCode, string>>> = {
  3: 'nothing failed, but something is inconclusive',
  4: 'it was refused by a safety rule',
  5: 'nothing could be reached',
  6: 'a rollback is dirty or unverified. Run: windshear recover',
  70: 'the harness failed in a trial',
  130: 'it was stopped; everything is reverted',
};

/** Counts the tests that grep leaves and that are not skipped, each by mocha's own rule. */
function hasTests(runner: Mocha.Runner, suite: Mocha.Suite): boolean {
  let found = false;
  suite.eachTest((test) => {
    const alone = { eachTest: (visit: (one: Mocha.Test) => void) => visit(test) };
    found ||= !test.isPending() && runner.grepTotal(alone as unknown as Mocha.Suite) > 0;
  });
  return found;
}

/** Appends a suite by the running mocha's own class. */
function describeIn(root: Mocha.Suite, title: string): Mocha.Suite {
  const suites = root.constructor as unknown as Pick<typeof Mocha.Suite, 'create'>;
  return suites.create(root, title);
}

/** The running mocha's own Test class, which may be another copy than ours. */
function testClass(suites: readonly Mocha.Suite[]): new (title: string, fn: Mocha.AsyncFunc) => Mocha.Test {
  for (const suite of suites) {
    let found: Mocha.Test | undefined;
    suite.eachTest((test) => {
      found ??= test;
    });
    if (found !== undefined) return found.constructor as new (title: string, fn: Mocha.AsyncFunc) => Mocha.Test;
  }
  throw new UsageError('The experiments define no test.');
}

/** A view that nobody asks for must not end the process when the run is refused. */
function quietly<T>(resolvers: PromiseWithResolvers<T>): PromiseWithResolvers<T> {
  resolvers.promise.catch(() => undefined);
  return resolvers;
}
