/** Shares of what exists that an environment may cap: of a kind in a namespace, of an account's roles, of a group. */
export const shareNames = ['namespace', 'roles', 'group'] as const;
export type ShareName = (typeof shareNames)[number];

/** Everything that exists beside some resources that a run would touch, counted by the target. */
export interface PeerSet {
  readonly share: ShareName;
  /** `pods of namespace inference`. */
  readonly set: string;
  /** Those of the resources asked about that belong to it, as they were written. */
  readonly members: readonly string[];
  readonly existing: number;
}
