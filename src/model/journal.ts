import { z } from 'zod';

/** A file under `.windshear/state/<run-id>/`, by name and the SHA-256 of its bytes. */
const stateFileSchema = z.strictObject({ name: z.string(), sha256: z.string() });

const head = { seq: z.number().int().nonnegative(), at: z.string(), monoMs: z.number() };
/** `of` is the seq of the intent that an entry belongs to. */
const of = z.number().int();

const acknowledgementSchema = z.strictObject({
  ids: z.record(z.string(), z.string()).optional(),
  advanced: z.strictObject({ what: z.string(), from: z.string(), to: z.string() }).optional(),
  unasked: z.string().optional(),
});

export const journalEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...head,
    kind: z.literal('run-started'),
    run: z.string(),
    environment: z.string(),
    staging: z.enum(['embedded', 'live']),
    /** Which embedded staging; one that is gone cannot be reverted and need not be. */
    stagingId: z.string().optional(),
    pid: z.number().int(),
    processStartedAt: z.string(),
    toolVersion: z.string(),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('trial-started'),
    scenario: z.string(),
    n: z.number().int(),
    marker: z.string(),
  }),
  /** Written before the first mutating request of a fault or control leaves; its pre-image is on disk by then. */
  z.strictObject({
    ...head,
    kind: z.literal('intent'),
    scenario: z.string(),
    n: z.number().int(),
    role: z.enum(['fault', 'control']),
    index: z.number().int(),
    fault: z.string(),
    params: z.json(),
    marker: z.string(),
    touches: z.array(z.string()),
    settleMs: z.number(),
    preImage: stateFileSchema,
  }),
  z.strictObject({
    ...head,
    kind: z.literal('acknowledged'),
    of,
    acknowledgement: acknowledgementSchema,
    requestIds: z.array(z.string()),
  }),
  z.strictObject({ ...head, kind: z.literal('denied'), of, code: z.string(), message: z.string() }),
  z.strictObject({ ...head, kind: z.literal('inject-failed'), of, code: z.string(), message: z.string() }),
  z.strictObject({ ...head, kind: z.literal('effect'), of, status: z.string(), readBack: stateFileSchema }),
  z.strictObject({ ...head, kind: z.literal('reverting'), of }),
  z.strictObject({ ...head, kind: z.literal('reverted'), of, outcome: z.string() }),
  z.strictObject({ ...head, kind: z.literal('revert-failed'), of, message: z.string() }),
  /** Closes an intent: nothing of it is left to do where the verdict is clean, by-guardrail or none. */
  z.strictObject({ ...head, kind: z.literal('verified'), of, verdict: z.string(), reason: z.string() }),
  z.strictObject({
    ...head,
    kind: z.literal('trial-ended'),
    scenario: z.string(),
    n: z.number().int(),
    verdict: z.string(),
  }),
  /** Written once a program has a pid and before it does anything; `recover` ends what is still there of it. */
  z.strictObject({
    ...head,
    kind: z.literal('program-started'),
    marker: z.string(),
    program: z.string(),
    // Signals to 0 and -1 would reach others.
    pid: z.number().int().min(2),
    startedAt: z.string(),
  }),
  z.strictObject({ ...head, kind: z.literal('program-ended'), pid: z.number().int(), startedAt: z.string() }),
  z.strictObject({ ...head, kind: z.literal('stop-requested'), by: z.string() }),
  z.strictObject({ ...head, kind: z.literal('recovery-started'), pid: z.number().int(), processStartedAt: z.string() }),
  /** The embedded staging that this run used is gone, and what was in it with it. */
  z.strictObject({ ...head, kind: z.literal('closed'), reason: z.string() }),
  z.strictObject({ ...head, kind: z.literal('run-ended'), exitCode: z.number().int() }),
]);

/** One line of `journal.jsonl`, less its checksum. */
export type JournalEntry = Readonly<z.infer<typeof journalEntrySchema>>;

type WithoutHead<E> = E extends JournalEntry ? Omit<E, 'seq' | 'at' | 'monoMs'> : never;

/** What a writer hands over; the journal adds seq and times. */
export type NewJournalEntry = WithoutHead<JournalEntry>;

export type StateFile = Readonly<z.infer<typeof stateFileSchema>>;
