import type { Clock } from '../model/clock.ts';
import { isoTime } from '../model/clock.ts';
import type { Disk } from '../model/disk.ts';
import { exitCodes, WindshearError } from '../model/errors.ts';
import { type JournalEntry, journalEntrySchema, type NewJournalEntry } from '../model/journal.ts';
import { journalLine, readJournal } from './journal-lines.ts';

/** The append-only record of a run, written before each change. */
export interface Journal {
  readonly path: string;
  /**
   * Resolves once the entry is on disk; entries lie there in the order of the calls. After one failed append every
   * later one rejects with the same error, so that nothing is injected that the journal does not know.
   */
  readonly append: (entry: NewJournalEntry) => Promise<JournalEntry>;
  /** The error of the first append that failed. */
  readonly failure: () => JournalError | undefined;
}

/** Is thrown when the journal cannot be written; what is in is reverted, nothing more is injected. */
export class JournalError extends WindshearError {
  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const sentence = `Cannot write the journal '${path}', so nothing more is injected: ${why}`;
    super('journal-failed', exitCodes.internal, sentence, { cause });
  }
}

export interface JournalPlace {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Absolute path of `journal.jsonl`; its folder must be there. */
  readonly path: string;
}

/**
 * Opens a journal, or begins one. A torn last line, left by a crash in the middle of a write, is cut off, one that
 * lacks but its newline gets it; damaged lines stay where they are. Appends that come while one is being written share the next fsync.
 */
export async function openJournal(place: JournalPlace): Promise<Journal> {
  const { disk, clock, path } = place;
  let nextSeq = await prepare(disk, path);
  let failure: JournalError | undefined;
  let flushing = false;
  let waiting: Waiting[] = [];

  async function flush(): Promise<void> {
    flushing = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (failure !== undefined) throw failure;
        await disk.appendDurably(path, new TextEncoder().encode(batch.map((one) => one.line).join('')));
        for (const one of batch) one.resolve(one.entry);
      } catch (error) {
        failure ??= new JournalError(path, error);
        for (const one of batch) one.reject(failure);
      }
    }
    flushing = false;
  }

  return {
    path,
    failure: () => failure,
    async append(entry) {
      if (failure !== undefined) throw failure;
      // An entry that could not be read back must not be written; it throws before anything relies on it.
      const whole = journalEntrySchema.parse({ seq: nextSeq, at: isoTime(clock), monoMs: clock.monoMs(), ...entry });
      nextSeq++;
      const { promise, resolve, reject } = Promise.withResolvers<JournalEntry>();
      waiting.push({ entry: whole, line: journalLine(whole), resolve, reject });
      if (!flushing) void flush();
      return promise;
    },
  };
}

interface Waiting {
  readonly entry: JournalEntry;
  readonly line: string;
  readonly resolve: (entry: JournalEntry) => void;
  readonly reject: (error: unknown) => void;
}

async function prepare(disk: Disk, path: string): Promise<number> {
  if (!(await disk.exists(path))) return 0;
  const found = await readJournal(disk, path);
  if (found.tornTail) await disk.truncate(path, found.wholeBytes);
  if (found.unended) await disk.appendDurably(path, new TextEncoder().encode('\n'));
  return found.nextSeq;
}
