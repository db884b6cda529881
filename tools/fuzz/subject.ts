import type { Dice } from '../../src/testing/simulator/dice.ts';

/** Something that takes input from outside, with how to spoil what it takes and what must hold whatever comes. */
export interface Subject {
  /** `scenario`, `environment`, or the formats of a payload: `eventbridge, ocsf`. */
  readonly name: string;
  /** Draws a broken input. */
  readonly draw: (dice: Dice) => Uint8Array;
  /** Takes an input and answers what became of it; throws, or answers a problem, where what must hold does not. */
  readonly take: (input: Uint8Array) => Taken;
}

export interface Taken {
  readonly outcome: 'accepted' | 'rejected' | 'ignored';
  /** What must not be, in a sentence. */
  readonly problem?: string;
}
