import { z } from 'zod';

/** The name of the lease in its store. */
export const leaseName = 'lease';

/**
 * What a lease says. `held`: a run may be injecting until `expiresAt`. `unfinished`: the run has ended and left
 * something in. `free`: nothing is in. Times are the holder's wall clock; nobody compares them with the own one alone.
 */
export const leaseDocumentSchema = z.object({
  schemaVersion: z.literal(1),
  status: z.enum(['held', 'unfinished', 'free']),
  environment: z.string(),
  /** Drawn anew by each holder. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  /** The run that may have left something in: a recovery keeps it, whichever machine tries. */
  run: z.string(),
  doing: z.string(),
  host: z.string(),
  pid: z.number().int(),
  since: z.iso.datetime(),
  renewedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  ttlMs: z.number().positive(),
});

export type LeaseDocument = Readonly<z.infer<typeof leaseDocumentSchema>>;

/** Reads a lease; undefined where the bytes are none. */
export function readLease(bytes: Uint8Array): LeaseDocument | undefined {
  try {
    return leaseDocumentSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}

export function writeLease(document: LeaseDocument): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}
