import { openWorkplace, type Workplace } from '../game-day/workplace.ts';
import { type CellResult, type Crash, crashAndRecover, stepsIn, type When } from './cell.ts';

export interface MatrixRequest {
  readonly scenarios: readonly string[];
  /** How many stagings at once. */
  readonly stagings: number;
  /** Only each nth crash of a scenario, from its first on. */
  readonly every: number;
  readonly tell: (cell: Cell) => void;
}

export interface Cell extends CellResult {
  readonly scenario: string;
  readonly crash: Crash;
  /** The write as the uninterrupted run named it. */
  readonly label: string;
}

/**
 * Kills the harness at the durable writes of each scenario, before and after each, and in the middle of each append to
 * the journal, and recovers each time. Every staging takes the next scenario that nobody has begun.
 */
export async function crashMatrix({ scenarios, stagings, every, tell }: MatrixRequest): Promise<readonly Cell[]> {
  const queue = scenarios.values();
  const cells: Cell[] = [];
  const lane = async () => {
    const work = await openWorkplace();
    try {
      await work.up();
      for (const scenario of queue) {
        for await (const cell of cellsOf(work, scenario, every)) {
          cells.push(cell);
          tell(cell);
        }
      }
    } finally {
      await work.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(stagings, scenarios.length) }, lane));
  return cells;
}

async function* cellsOf(work: Workplace, scenario: string, every: number): AsyncGenerator<Cell> {
  let untouched = await work.account();
  const steps = await stepsIn(work, scenario);
  const crashes = steps.flatMap((label, index) =>
    whensOf(label).map((when) => ({ label, crash: { when, step: index + 1 } })),
  );
  for (const [index, { label, crash }] of crashes.entries()) {
    if (index % every !== 0) continue;
    const result = await crashAndRecover(work, scenario, { crash, untouched });
    // What one crash left is told once, and in the way of no later one.
    if (result.residues.length > 0) {
      await work.windshear('staging', 'down', '--force');
      await work.up();
      untouched = await work.account();
    }
    yield { scenario, crash, label, ...result };
  }
}

function whensOf(label: string): readonly When[] {
  return label.startsWith('journal: ') ? ['before', 'torn', 'after'] : ['before', 'after'];
}
