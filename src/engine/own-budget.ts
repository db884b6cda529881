import type { Clock } from '../model/clock.ts';
import type { Stalls } from '../model/stalls.ts';

/** Begins a time budget now; answers when it ends, which is later by as long as we stood still in it. */
export function beginBudget(
  { clock, stalls }: { readonly clock: Clock; readonly stalls?: Stalls },
  budgetMs: number,
): () => number {
  const fromMonoMs = clock.monoMs();
  return () => fromMonoMs + budgetMs + (stalls?.frozenMs(fromMonoMs, clock.monoMs()) ?? 0);
}
