import type { Act } from '../ledger.ts';
import type { Played } from '../play.ts';
import { isBad, isFine } from '../state.ts';
import type { Finding } from './finding.ts';

/** Demands that the world is as it was, but for what somebody else changed or what the harness says it left. */
export function findResidue(played: Played): Finding[] {
  const { world } = played;
  const findings: Finding[] = [];
  for (const [resource, initial] of world.initial) {
    const state = world.state(resource);
    for (const field of new Set([...Object.keys(initial), ...Object.keys(state)])) {
      const writes = world.ledger.acts
        .filter((act) => act.op === 'write' && act.resource === resource && act.field === field)
        .filter((act) => act.actedMs !== undefined && act.deniedBy === undefined)
        .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
      const value = state[field];
      if (isRight(value, initial[field], writes)) continue;
      if (isTold(played, resource)) continue;
      const last = writes.at(-1);
      const wanted = wantedOf(initial[field], writes);
      findings.push({
        rule: '§2 revert',
        about: `${resource}.${field}`,
        what: `is '${value}' in the end and should be '${wanted}'; last written by ${last?.actor} (${last?.phase ?? 'not us'})`,
      });
    }
  }
  return findings;
}

/** What others made of it last, or what it was; what they put in of ours is theirs only while nobody takes it out. */
function wantedOf(initial: string | undefined, writes: readonly Act[]): string | undefined {
  const others = writes.filter((act) => act.run === undefined && !isBad(act.value) && !isFine(act.value));
  const last = others.at(-1);
  return last === undefined ? initial : last.value;
}

/** What somebody else put in of ours is theirs if it was there before us, and ours to take out if it came after. */
function isRight(value: string | undefined, initial: string | undefined, writes: readonly Act[]): boolean {
  const others = writes.filter((act) => act.run === undefined);
  if (value === wantedOf(initial, writes) || (others.length > 0 && value === others.at(-1)?.value)) return true;
  // What somebody else had made of it when we injected is what we have to leave.
  return writes.some((act, index) => {
    const before = writes[index - 1];
    const isOurs = act.phase === 'inject' || act.phase === 'control';
    return isOurs && before !== undefined && before.run === undefined && before.value === value;
  });
}

/** Whether the last word on a resource is that it is dirty or unverified, or that a run is still to be recovered. */
function isTold(played: Played, resource: string): boolean {
  const last = played.recoveries.at(-1);
  if (last?.outcome === undefined) return false;
  if (last.outcome.exitCode !== 6) return false;
  return last.outcome.runs.some(
    (run) =>
      run.problems.length > 0 ||
      run.faults.some(
        ({ touches, rollback }) =>
          touches.includes(resource) && (rollback.verdict === 'dirty' || rollback.verdict === 'unverified'),
      ),
  );
}
