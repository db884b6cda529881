/** Bytes that come in pieces, copied together: a piece of one byte costs one byte, and what it was cut from is let go. */
export class GrowingBuffer {
  #held = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** How many bytes more are held for `more` to be added: it doubles, as far as `limit`. */
  growthFor(more: number, limit: number): number {
    const needed = this.#length + more;
    if (needed <= this.#held.length) return 0;
    return Math.max(needed, Math.min(this.#length === 0 ? 0 : 2 * this.#held.length, limit)) - this.#held.length;
  }

  /** Adds a piece; `growth` is what {@link growthFor} said of it. */
  add(piece: Uint8Array, growth: number): void {
    if (growth > 0) {
      const larger = Buffer.allocUnsafe(this.#held.length + growth);
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    this.#held.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** What was added so far; no copy. */
  bytes(): Buffer {
    return this.#held.subarray(0, this.#length);
  }
}
