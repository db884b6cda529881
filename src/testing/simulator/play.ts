import { recover } from '../../engine/recover.ts';
import type { RecoverOutcome } from '../../engine/recover-request.ts';
import { runScenarios } from '../../engine/run.ts';
import { WindshearError } from '../../model/errors.ts';
import type { RunEvent, RunOutcome } from '../../model/run.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import type { Stall } from './freezer.ts';
import { type Machine, SimProcess } from './process.ts';
import { startAudit } from './sim-audit.ts';
import { simFaults } from './sim-fault.ts';
import { folders, ownProcess, simEnvironment, simRequest } from './sim-request.ts';
import { simTarget } from './sim-target.ts';
import { SimWorld } from './sim-world.ts';
import type { ScenarioStory, Story, Trouble } from './story.ts';

/** One run of a story, as far as it came. */
export interface PlayedRun {
  readonly run: string;
  readonly environment: 'same' | 'other';
  readonly scenarios: readonly ScenarioStory[];
  readonly startedMs: number;
  endedMs?: number;
  /** When its process did not run. */
  readonly stalls: readonly Stall[];
  /** When it heard that a person asked to stop. */
  stoppedMs?: number;
  outcome?: RunOutcome;
  /** Exit code and code of what it threw. */
  refused?: { readonly exitCode: number; readonly code: string };
  /** What it threw that is no refusal; always a defect. */
  crashed?: unknown;
  died?: boolean;
  readonly events: { readonly atMs: number; readonly event: RunEvent }[];
}

/** A story as it went: what was true, and what the harness said. */
export interface Played {
  readonly story: Story;
  readonly world: SimWorld;
  readonly runs: readonly PlayedRun[];
  readonly recoveries: readonly {
    readonly startedMs: number;
    readonly outcome?: RecoverOutcome;
    readonly crashed?: unknown;
  }[];
  /** When a person asked to stop, and when to abandon; absent where nobody did while the run went on. */
  readonly stoppedMs?: number;
  readonly abandonedMs?: number;
  /** Steps of the first process: what a story can let it die at. */
  readonly steps: { readonly writes: number; readonly calls: number };
  /** The simulation itself came to no end. */
  readonly stuck?: string;
}

const mostRecoveries = 4;

/** Plays a story to its end in virtual time. */
export async function play(story: Story): Promise<Played> {
  const { promise: stuckPromise, resolve: tellStuck } = Promise.withResolvers<string>();
  const world = new SimWorld(story, (error) =>
    tellStuck(error?.message ?? 'everybody waits for something that never comes'),
  );
  startAudit(world);
  const stage = new Stage(world);
  const stuck = await Promise.race([stage.play().then(() => undefined), stuckPromise]);
  world.clock.end();
  return { ...stage.played(), ...(stuck === undefined ? {} : { stuck }) };
}

class Stage {
  readonly #world: SimWorld;
  readonly #story: Story;
  readonly #machine: Machine;
  readonly #processes: SimProcess[] = [];
  readonly #runs: PlayedRun[] = [];
  readonly #recoveries: { startedMs: number; outcome?: RecoverOutcome; crashed?: unknown }[] = [];
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  #stoppedMs: number | undefined;
  #abandonedMs: number | undefined;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#story = world.story;
    this.#machine = {
      clock: world.clock,
      disk: world.disk,
      story: world.story,
      wallAheadMs: () => world.ledger.clockJumps.reduce((sum, { byMs }) => sum + byMs, 0),
      onIntent: ({ marker, role, index }) => void world.intents.add(`${marker} ${role} ${index}`),
    };
  }

  async play(): Promise<void> {
    const { story } = this.#world;
    const { clock } = this.#world;
    await this.#world.disk.makeFolder(folders.reports);
    const others: Promise<void>[] = [];
    for (const trouble of story.troubles) {
      if (trouble.kind === 'stop') this.#world.when(trouble.at, () => this.#stopNow());
      if (trouble.kind === 'clock-jump') {
        const { byMs } = trouble;
        this.#world.when(trouble.at, () => void this.#world.ledger.clockJumps.push({ atMs: clock.monoMs(), byMs }));
      }
      if (trouble.kind === 'stall') this.#world.when(trouble.from, () => this.#freeze(trouble));
      if (trouble.kind === 'abandon') this.#world.when(trouble.at, () => this.#abandonNow());
    }
    const first = this.#run('run-1', 'same', this.#mine(0));
    const second = story.troubles.find((trouble) => trouble.kind === 'second-run');
    if (second?.kind === 'second-run') {
      const { promise, resolve } = Promise.withResolvers<void>();
      let begun = false;
      let isOver = false;
      void first.then(() => {
        isOver = true;
      });
      this.#world.when(second.at, () => {
        if (isOver) return;
        begun = true;
        const scenarios = second.environment === 'same' ? story.scenarios : this.#mine(1);
        this.#run('run-2', second.environment, scenarios).then(resolve, resolve);
      });
      others.push(first.then(() => (begun ? promise : undefined)));
    }
    await first;
    await Promise.all(others);
    await clock.sleep(patience);
    await this.#recoverAll();
    await clock.sleep(patience);
  }

  played(): Omit<Played, 'stuck'> {
    return {
      story: this.#story,
      world: this.#world,
      runs: this.#runs,
      recoveries: this.#recoveries,
      steps: this.#processes[0]?.steps ?? { writes: 0, calls: 0 },
      ...(this.#stoppedMs === undefined ? {} : { stoppedMs: this.#stoppedMs }),
      ...(this.#abandonedMs === undefined ? {} : { abandonedMs: this.#abandonedMs }),
    };
  }

  /** Two environments of one staging share its scenarios out, so that they touch different things. */
  #mine(half: 0 | 1): readonly ScenarioStory[] {
    const { scenarios, troubles } = this.#story;
    const isShared = troubles.some((trouble) => trouble.kind === 'second-run' && trouble.environment === 'other');
    if (!isShared) return scenarios;
    const resources = [
      ...new Set(scenarios.flatMap(({ faults, control }) => [...faults, ...control].map((f) => f.resource))),
    ];
    return scenarios.filter(({ faults, control }) =>
      [...faults, ...control].every(({ resource }) => resources.indexOf(resource) % 2 === half),
    );
  }

  async #run(run: string, environment: 'same' | 'other', scenarios: readonly ScenarioStory[]): Promise<void> {
    const { clock } = this.#world;
    const process = this.#newProcess();
    const played: PlayedRun = {
      run,
      environment,
      scenarios,
      startedMs: clock.monoMs(),
      stalls: process.freezer.stalls,
      events: [],
    };
    this.#runs.push(played);
    const stop = process.hearing(this.#stop.signal);
    const noteStop = () => {
      played.stoppedMs = clock.monoMs();
    };
    if (stop.aborted) noteStop();
    stop.addEventListener('abort', noteStop, { once: true });
    const environmentName = environment === 'same' ? 'world' : 'other-world';
    const request = simRequest(this.#world, {
      run,
      environmentName,
      scenarios,
      process,
      isAlive: (pid) => this.#isAlive(pid),
      stop,
      abandon: process.hearing(this.#abandon.signal),
      onEvent: (event) => played.events.push({ atMs: clock.monoMs(), event }),
      underLock: () => this.#recoverUnderLock(process, { run, environmentName }),
    });
    const outcome = runScenarios(request).then(
      (got) => {
        played.outcome = got;
      },
      (error: unknown) => {
        if (error instanceof WindshearError) played.refused = { exitCode: error.exitCode, code: error.code };
        else played.crashed = error;
      },
    );
    const died = process.died.then(() => {
      played.died = true;
      for (const receivers of this.#world.receivers.values()) receivers.delete(run);
    });
    await Promise.race([outcome, died]);
    played.endedMs = clock.monoMs();
    process.kill();
  }

  /** What `windshear run` does before it injects: recovers what a dead run of this environment left in. */
  async #recoverUnderLock(
    process: SimProcess,
    { run, environmentName }: { run: string; environmentName: string },
  ): Promise<void> {
    const outcome = await recover({
      ...this.#recovery(process),
      only: environmentName,
      locked: environmentName,
      except: run,
    });
    if (outcome.exitCode !== 0)
      throw new WindshearError('not-recovered', outcome.exitCode, 'An earlier run is still in.');
  }

  /** Recovers until nothing is left to do, each time by another process; a dying one is followed by the next. */
  async #recoverAll(): Promise<void> {
    for (let n = 0; n < mostRecoveries; n++) {
      const process = this.#newProcess();
      const entry: { startedMs: number; outcome?: RecoverOutcome; crashed?: unknown } = {
        startedMs: this.#world.clock.monoMs(),
      };
      this.#recoveries.push(entry);
      const recovered = recover(this.#recovery(process)).then(
        (outcome) => {
          entry.outcome = outcome;
        },
        (error: unknown) => {
          entry.crashed = error;
        },
      );
      await Promise.race([recovered, process.died]);
      process.kill();
      if (entry.crashed !== undefined || entry.outcome?.runs.length === 0) return;
    }
  }

  #recovery(process: SimProcess) {
    const { process: _own, ...rest } = {
      process,
      disk: process.disk,
      clock: process.clock,
      endProgram: async () => 'gone' as const,
      random: new SeededRandom(this.#story.seed * 57 + process.n),
      folders,
      catalogue: { faults: simFaults },
      environment: async () => ({
        status: 'up' as const,
        stagingId: 'world-1',
        revertBudgetMs: simEnvironment(this.#story).revertBudget,
        targets: new Map([['aws' as const, simTarget(this.#world, `recovery-${process.n}`, process)]]),
        close: async () => undefined,
      }),
      abandon: new AbortController().signal,
    };
    return { ...rest, process: ownProcess(process, (pid) => this.#isAlive(pid)) };
  }

  #newProcess(): SimProcess {
    const process = new SimProcess(this.#processes.length + 1, this.#machine);
    this.#processes.push(process);
    return process;
  }

  #isAlive(pid: number): boolean {
    const process = this.#processes.find((one) => one.n === pid);
    return process !== undefined && !process.isDead;
  }

  #stopNow(): void {
    if (!this.#runs.some((run) => run.endedMs === undefined)) return;
    this.#stoppedMs ??= this.#world.clock.monoMs();
    this.#stop.abort(new Error('Stopped by the story.'));
  }

  /** Who does not run yet, or no more, cannot stand still. */
  #freeze({ process, forMs, losesAfterMs }: Extract<Trouble, { kind: 'stall' }>): void {
    const found = this.#processes.find(({ n }) => n === process);
    if (found?.isDead === false) found.freezer.freeze(forMs, losesAfterMs);
  }

  #abandonNow(): void {
    if (this.#stoppedMs === undefined || !this.#runs.some((run) => run.endedMs === undefined)) return;
    this.#abandonedMs = this.#world.clock.monoMs();
    this.#abandon.abort(new Error('Abandoned by the story.'));
  }
}

/** What is still under way when a run ends gets this long. */
const patience = 2500;
