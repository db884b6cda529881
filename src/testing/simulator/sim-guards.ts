import type { Act } from './ledger.ts';
import { isBad, isFine } from './state.ts';
import type { GuardStory } from './story.ts';
import type { Surroundings } from './surroundings.ts';

type PutBack = Extract<GuardStory, { kind: 'put-back' }>;

/** Sets the world's own forces going: what refuses, puts back, makes bad again, races and meddles. */
export function startGuards(world: Surroundings): void {
  const { guards } = world.story;
  world.guard = (act) => {
    const guard = guards.find((one) => one.kind === 'prevent' && one.resource === act.resource);
    if (guard?.kind !== 'prevent' || act.run === undefined || act.phase === 'revert') return undefined;
    return isBad(act.value) || (guard.controlsToo && isFine(act.value)) ? guard.code : undefined;
  };
  const left = new Map(guards.map((guard) => [guard, guard.kind === 'put-back' ? guard.times : 1]));
  const use = (guard: GuardStory): boolean => {
    const times = left.get(guard) ?? 0;
    left.set(guard, times - 1);
    return times > 0;
  };
  world.watch((act) => {
    if (act.deniedBy !== undefined || act.op !== 'write') return;
    for (const guard of guards) {
      if (guard.resource !== act.resource) continue;
      if (guard.kind === 'put-back' && act.actor !== guard.by && minds(guard, act) && use(guard))
        putBack(world, guard, act);
      if (guard.kind === 'meddle' && act.phase === 'inject' && isBad(act.value) && use(guard)) {
        world.clock.at(world.clock.monoMs() + guard.afterMs, () =>
          world.writeAs('role/human', act.resource, guard.what === 'ours' ? (act.field ?? '') : 'note', 'by-hand'),
        );
      }
    }
  });
  world.onRevertSent = (act) => {
    for (const guard of guards) {
      if (guard.kind !== 'race' || guard.resource !== act.resource || !use(guard)) continue;
      const before = world.initial.get(act.resource)?.[act.field ?? ''];
      world.writeAs(guard.by, act.resource, act.field ?? '', before);
    }
  };
}

function minds(guard: PutBack, act: Act): boolean {
  return isBad(act.value) || (guard.controlsToo && isFine(act.value));
}

function putBack(world: Surroundings, guard: PutBack, act: Act): void {
  const field = act.field ?? '';
  const before = world.initial.get(act.resource)?.[field];
  world.clock.at(world.clock.monoMs() + guard.afterMs, () => {
    if (world.state(act.resource)[field] !== act.value) return;
    world.writeAs(guard.by, act.resource, field, before);
    if (guard.againMs === undefined) return;
    world.clock.at(world.clock.monoMs() + guard.againMs, () => {
      if (world.state(act.resource)[field] === before) world.writeAs('role/pipeline', act.resource, field, act.value);
    });
  });
}
