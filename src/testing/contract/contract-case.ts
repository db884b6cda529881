/** What somebody does to the place meanwhile. */
export type Act<Clients> = (clients: Clients, signal: AbortSignal, marker: string) => Promise<unknown>;

/** One way of using a fault, and what others may do to the same resource meanwhile. */
export interface ContractCase<Clients> {
  readonly name: string;
  /** The fault's own example where absent. */
  readonly params?: unknown;
  /** Changes the world before the capture. */
  readonly prepare?: Act<Clients>;
  /** Makes our delta be there already; the injection must refuse. */
  readonly alreadyInPlace?: Act<Clients>;
  /** Somebody changes the rest of the resource while the fault is in; `leaves` is what the world then says of it. */
  readonly changeRest?: { readonly act: Act<Clients>; readonly leaves: string };
  /** Somebody alters our delta itself. */
  readonly changeDelta?: Act<Clients>;
  /** Somebody takes our delta away. */
  readonly takeAway: Act<Clients>;
  /** False where the service picks the id and nothing marks it: without acknowledgement nothing may be deleted. */
  readonly foundWithoutAcknowledgement?: false;
  /** True where several calls change something, so that half an injection is possible. */
  readonly inSteps?: true;
}
