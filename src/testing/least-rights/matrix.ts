import { openWorkplace, type Workplace } from '../game-day/workplace.ts';
import { type Attempt, attemptWhole, attemptWithout, printedRights } from './attempt.ts';
import { type Removal, removalsFrom } from './removals.ts';

export interface Tried extends Attempt {
  readonly scenario: string;
  /** Absent where all that is printed was granted. */
  readonly removal?: Omit<Removal, 'rest'>;
}

export interface LeastRightsRequest {
  readonly scenarios: readonly string[];
  /** How many stagings at once. */
  readonly stagings: number;
  readonly tell: (tried: Tried) => void;
}

/**
 * Runs each scenario with exactly the rights that `plan` prints for it alone, and then without each of them. Every
 * staging takes the next scenario that nobody has begun.
 */
export async function leastRights({ scenarios, stagings, tell }: LeastRightsRequest): Promise<readonly Tried[]> {
  const queue = scenarios.values();
  const all: Tried[] = [];
  const lane = async () => {
    const work = await openWorkplace();
    try {
      await work.up();
      for (const scenario of queue) {
        for await (const tried of triedOf(work, scenario)) {
          all.push(tried);
          tell(tried);
        }
      }
    } finally {
      await work.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(stagings, scenarios.length) }, lane));
  return all;
}

async function* triedOf(work: Workplace, scenario: string): AsyncGenerator<Tried> {
  let rights = await printedRights(work, scenario);
  const again = async ({ faults }: Attempt) => {
    if (faults.length === 0) return;
    await anew(work);
    rights = await printedRights(work, scenario);
  };
  const whole = await attemptWhole(work, scenario, rights);
  yield { scenario, ...whole };
  await again(whole);
  for (let n = 0; n < removalsFrom(rights).length; n++) {
    const removal = removalsFrom(rights)[n];
    if (removal === undefined) continue;
    const { rest: _granted, ...taken } = removal;
    const attempt = await attemptWithout(work, scenario, removal);
    yield { scenario, removal: taken, ...attempt };
    await again(attempt);
  }
}

/** What one run left is told once, and in the way of no later one. */
async function anew(work: Workplace): Promise<void> {
  await work.windshear('staging', 'down', '--force');
  await work.up();
}
