import type { Clock } from '../model/clock.ts';
import type { Random } from '../model/random.ts';

/** Draws the id of a run: a UTC stamp that sorts, and six random letters: `20261122-230252-kqzmwa`. */
export function newRunId(clock: Clock, random: Random): string {
  const stamp = new Date(clock.epochMs()).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const letters = Array.from(random.bytes(6), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return `${stamp}-${letters}`;
}
