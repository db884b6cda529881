/** Gives random bytes; a simulation passes a seeded one. */
export interface Random {
  bytes(length: number): Uint8Array;
}
