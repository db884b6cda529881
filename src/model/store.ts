/** What a store holds under a name. */
export interface Stored {
  readonly bytes: Uint8Array;
  /** Names this content; a write over it succeeds only while it is the latest. */
  readonly version: string;
}

/**
 * A few small objects that several machines can write to, of whom one wins: leases and mirrors lie in one. Names are
 * made of [A-Za-z0-9/._-]. Every method makes its calls once, and throws the target's `CallError`; a write that throws may
 * have taken effect.
 */
export interface Store {
  /** How people name it: `s3://bucket/prefix`, `kubernetes://namespace/name`, `file:///folder`. */
  readonly address: string;
  readonly read: (name: string, signal: AbortSignal) => Promise<Stored | undefined>;
  /** Writes where the latest version is `over`, or where there is nothing; answers the new version, or undefined where someone else was faster. */
  readonly write: (
    name: string,
    bytes: Uint8Array,
    condition: { readonly over: string | undefined; readonly signal: AbortSignal },
  ) => Promise<string | undefined>;
  /** Lists the names that begin so, in order. */
  readonly list: (prefix: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Removes an object; a missing one is fine. */
  readonly remove: (name: string, signal: AbortSignal) => Promise<void>;
}
