import { Dice } from '../../src/testing/simulator/dice.ts';
import type { Subject, Taken } from './subject.ts';

/** An input that broke what must hold. */
export interface Finding {
  readonly index: number;
  readonly problem: string;
  readonly input: Uint8Array;
}

export interface Tally {
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
  readonly slowestMs: number;
  readonly findings: readonly Finding[];
}

export interface Range {
  readonly first: number;
  readonly count: number;
  /** Told before each input, so that one that never ends can be named. */
  readonly onInput?: (index: number) => void;
}

/** Nothing may take longer. */
const longestMs = 1000;
/** A subject that is broken is so in one way; the rest is not waited for. */
const mostFindings = 20;

/** Draws the inputs of a range, each from its own seed, and lets the subject take them; answers what came of it. */
export function fuzz(subject: Subject, { first: from, count, onInput }: Range): Tally {
  const counts = { accepted: 0, rejected: 0, ignored: 0 };
  const findings: Finding[] = [];
  let slowestMs = 0;
  for (let index = from; index < from + count && findings.length < mostFindings; index++) {
    onInput?.(index);
    const input = subject.draw(new Dice(seedOf(subject.name, index)));
    const first = timed(subject, input);
    // A machine that is busy with something else is not the input's fault.
    const { outcome, problem, tookMs } = first.tookMs > longestMs ? timed(subject, input) : first;
    slowestMs = Math.max(slowestMs, tookMs);
    if (outcome !== undefined) counts[outcome] += 1;
    const found = problem ?? (tookMs > longestMs ? `It took ${Math.round(tookMs)} ms.` : pollution());
    if (found !== undefined) findings.push({ index, problem: found, input });
  }
  return { ...counts, slowestMs, findings };
}

function timed(subject: Subject, input: Uint8Array): Partial<Taken> & { readonly tookMs: number } {
  const began = performance.now();
  const what = taken(subject, input);
  return { ...what, tookMs: performance.now() - began };
}

function taken(subject: Subject, input: Uint8Array): Partial<Taken> {
  try {
    return subject.take(input);
  } catch (error) {
    return { problem: `It threw ${error instanceof Error ? error.stack : String(error)}` };
  }
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const untouched = prototypes.map((prototype) => Reflect.ownKeys(prototype).length);

/** Says what has come into a prototype that all objects share, and takes it out again. */
function pollution(): string | undefined {
  for (const [index, prototype] of prototypes.entries()) {
    const keys = Reflect.ownKeys(prototype);
    if (keys.length === untouched[index]) continue;
    const added = keys.slice(untouched[index] ?? 0);
    for (const key of added) Reflect.deleteProperty(prototype, key);
    return `It polluted ${prototype.constructor.name}.prototype with ${added.map(String).join(', ')}.`;
  }
  return undefined;
}

/** Subjects draw from seeds of their own. */
function seedOf(name: string, index: number): number {
  let seed = index;
  for (const character of name) seed = Math.imul(seed, 31) + character.charCodeAt(0);
  return seed;
}
