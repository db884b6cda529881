import { openWorkplace, type Workplace } from '../game-day/workplace.ts';
import { type CrashResult, crashAndRecover, stepsIn } from './cell.ts';
import { type Crash, isCalled, type Step, type Victim, type When } from './crash.ts';
import { environmentsFor } from './environments.ts';

export interface MatrixRequest {
  readonly scenarios: readonly string[];
  /** How many stagings at once. */
  readonly stagings: number;
  /** How many scenarios share a staging and die in one process, each at a crash of its own. */
  readonly together: number;
  /** Only each nth crash of a scenario, from its first on. */
  readonly every: number;
  /** Also the crashes that are the same as the one before them. */
  readonly all: boolean;
  readonly tell: (cell: Cell) => void;
}

export interface Cell {
  readonly scenario: string;
  readonly crash: Crash;
  /** The write at which the harness died; absent where the run ended before it came so far. */
  readonly diedAt?: string;
  /** Set where it was not tried, as the crash after the write before is the same. */
  readonly isSame?: true;
  /** What was not as it had been once it was recovered. */
  readonly residues: readonly string[];
}

/**
 * Kills the harness at the durable writes of each scenario, before and after each, and in the middle of each append to
 * the journal, and recovers each time. Each group of scenarios gets a staging of its own.
 */
export async function crashMatrix(request: MatrixRequest): Promise<readonly Cell[]> {
  const { scenarios, stagings, together, tell } = request;
  const groups = Array.from({ length: Math.ceil(scenarios.length / together) }, (_, group) =>
    scenarios.slice(group * together, (group + 1) * together),
  );
  const queue = groups.values();
  const cells: Cell[] = [];
  const lane = async () => {
    for (const group of queue) {
      const work = await openWorkplace();
      try {
        for await (const cell of cellsOf(work, group, request)) {
          cells.push(cell);
          tell(cell);
        }
      } finally {
        await work.close();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(stagings, groups.length) }, lane));
  return cells;
}

/** Lists what may be done to a run; a crash before a quiet write is the one after the write before. */
export function crashesOf(steps: readonly Step[]): readonly Pick<Cell, 'crash' | 'isSame'>[] {
  return steps.flatMap(({ label, isQuiet }, index) => {
    const nth = steps.slice(0, index + 1).filter((one) => isCalled(one.label, label)).length;
    return whensOf(label).map((when) => ({
      crash: { when, step: index + 1, label, nth },
      ...(when === 'before' && isQuiet ? { isSame: true as const } : {}),
    }));
  });
}

type Condemned = Victim & { readonly crash: Crash };

async function* cellsOf(work: Workplace, group: readonly string[], request: MatrixRequest): AsyncGenerator<Cell> {
  const { every, all } = request;
  const victims = await environmentsFor(work, group);
  const stage = await openStage(work);
  const steps = await stepsIn(work, victims);
  const columns: (readonly Condemned[])[] = [];
  for (const [index, victim] of victims.entries()) {
    const crashes = crashesOf(steps[index] ?? []);
    const same = all ? [] : crashes.filter(({ isSame }) => isSame);
    const tried = crashes.filter((one) => !same.includes(one)).filter((_, at) => at % every === 0);
    // A sample may not hold the one that they are the same as.
    if (every === 1) for (const one of same) yield { scenario: victim.scenario, ...one, residues: [] };
    columns.push(tried.map(({ crash }) => ({ ...victim, crash })));
  }
  for (let row = 0; columns.some((column) => row < column.length); row++) {
    yield* outcomesOf(
      stage,
      columns.flatMap((column) => column.slice(row, row + 1)),
    );
  }
}

/** What one crash left is told once, and in the way of no later one; whose it is, is found by each crash alone. */
async function* outcomesOf(stage: Stage, row: readonly Condemned[]): AsyncGenerator<Cell> {
  const together = await stage.crash(row);
  if (together.residues.length === 0 || row.length === 1) {
    yield* row.map((one, index) => cellOf(one, together.diedAt[index], together.residues));
    return;
  }
  const cells: Cell[] = [];
  for (const one of row) {
    const { diedAt, residues } = await stage.crash([one]);
    cells.push(cellOf(one, diedAt[0], residues));
  }
  const isExplained = cells.some(({ residues }) => residues.length > 0);
  const names = row.map(({ scenario }) => scenario).join(', ');
  const shared = together.residues.map((residue) => `of ${names} together: ${residue}`);
  yield* cells.map((cell) => (isExplained ? cell : { ...cell, residues: shared }));
}

function cellOf({ scenario, crash }: Condemned, diedAt: string | undefined, residues: readonly string[]): Cell {
  return { scenario, crash, residues, ...(diedAt === undefined ? {} : { diedAt }) };
}

interface Stage {
  readonly crash: (row: readonly Condemned[]) => Promise<CrashResult>;
}

/** Brings the staging up, and up anew after every crash that left something. */
async function openStage(work: Workplace): Promise<Stage> {
  await work.up();
  let untouched = await work.account();
  return {
    crash: async (row) => {
      const result = await crashAndRecover(work, row, untouched);
      if (result.residues.length > 0) {
        await work.windshear('staging', 'down', '--force');
        await work.up();
        untouched = await work.account();
      }
      return result;
    },
  };
}

function whensOf(label: string): readonly When[] {
  return label.startsWith('journal: ') ? ['before', 'torn', 'after'] : ['before', 'after'];
}
