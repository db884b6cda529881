import { revertFault } from '../../engine/revert.ts';
import type { RevertRequest } from '../../engine/revert-request.ts';
import type { NewJournalEntry } from '../../model/journal.ts';
import { newMarker } from '../../model/marker.ts';
import { type CallFate, MemoryWorld, switchFault, type WorldCall } from './memory-world.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

export const marker = newMarker(new SeededRandom(1));

/** A switch that an acknowledged fault turned on, and what takes it back. */
export function staged(decide?: (call: WorldCall) => CallFate) {
  const world = new MemoryWorld(decide);
  world.on.set('s-1', marker);
  const clock = new VirtualClock({ autoAdvance: true });
  const entries: NewJournalEntry[] = [];
  const request: RevertRequest = {
    definition: switchFault(),
    params: { switch: 's-1' },
    marker,
    before: { on: null },
    injection: 'acknowledged',
    settleMs: 0,
    budgetMs: 60_000,
    clock,
    abandon: new AbortController().signal,
    session: async () => ({ clients: world }),
    journal: {
      append: async (entry) => {
        entries.push(entry);
        return { seq: 0, at: '', monoMs: 0, ...entry };
      },
    },
    of: 3,
  };
  return {
    world,
    clock,
    entries,
    kinds: () => entries.map((entry) => entry.kind),
    fault: request.definition,
    run: (more: Partial<RevertRequest> = {}) => revertFault({ ...request, ...more }),
  };
}
