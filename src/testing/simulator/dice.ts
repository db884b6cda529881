import { SeededRandom } from '../fakes/seeded-random.ts';

/** Draws what a story needs; the same seed tells the same story. */
export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
    // Neighbouring seeds begin alike.
    for (let n = 0; n < 4; n++) this.#random.fraction();
  }

  chance(probability: number): boolean {
    return this.#random.fraction() < probability;
  }

  integer(from: number, to: number): number {
    return this.#random.integer(from, to);
  }

  pick<Item>(items: readonly Item[]): Item {
    return this.#random.pick(items);
  }

  /** Draws one of the items by its weight. */
  weigh<Item>(items: readonly (readonly [number, Item])[]): Item {
    let left = this.#random.fraction() * items.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    const last = items.at(-1);
    if (last === undefined) throw new RangeError('Dice.weigh needs at least one item, got none.');
    return last[1];
  }

  some<Item>(items: readonly Item[], probability: number): Item[] {
    return items.filter(() => this.chance(probability));
  }
}
