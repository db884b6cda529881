import { hash } from 'node:crypto';
import type { Disk } from '../model/disk.ts';
import { type JournalEntry, journalEntrySchema } from '../model/journal.ts';

const checksumLength = 16;
const newline = 0x0a;
/** Quotes inside of values are escaped, so that no value holds this. */
const checksumEnd = /,"sum":"[0-9a-f]{16}"\}/;
const pastChecksum = /(?<=,"sum":"[0-9a-f]{16}"\})./s;

/** A line that is no whole entry; `line` counts from 1, as editors do. */
export interface DamagedLine {
  readonly line: number;
  readonly reason: string;
}

/** What a journal holds, as far as it can be trusted. */
export interface ReadJournal {
  readonly entries: readonly JournalEntry[];
  readonly damaged: readonly DamagedLine[];
  /** True where the last line was not finished: the crash came in its write, and nothing relied on it. */
  readonly tornTail: boolean;
  /** True where the last line lacks but its newline, which is to be written before another line. */
  readonly unended: boolean;
  /** Bytes before the torn tail. */
  readonly wholeBytes: number;
  readonly nextSeq: number;
}

/** Reads a journal; every whole entry is returned, whatever lies before or after it. Rejects with `ENOENT` where there is none. */
export async function readJournal(disk: Disk, path: string): Promise<ReadJournal> {
  const bytes = await disk.read(path);
  const ended = bytes.lastIndexOf(newline) + 1;
  const decoder = new TextDecoder();
  const lines = decoder.decode(bytes.subarray(0, ended)).split('\n').slice(0, -1);
  const tail = decoder.decode(bytes.subarray(ended));
  // A write that was torn has no whole checksum; where one is, an act may have relied on the entry.
  const unended = checksumEnd.test(tail);
  if (unended) lines.push(tail);
  const entries: JournalEntry[] = [];
  const damaged: DamagedLine[] = [];
  let nextSeq = 0;
  for (const [index, text] of lines.entries()) {
    const note = (reason: string) => damaged.push({ line: index + 1, reason });
    const { pieces, isMended } = piecesOf(text);
    if (isMended) note('a byte that is no newline ends an entry');
    for (const read of pieces) {
      if (typeof read === 'string') {
        note(read);
        nextSeq++;
        continue;
      }
      if (read.seq !== nextSeq) note(`entry ${nextSeq} was expected here, got entry ${read.seq}`);
      entries.push(read);
      nextSeq = read.seq + 1;
    }
  }
  const wholeBytes = unended ? bytes.byteLength : ended;
  return { entries, damaged, tornTail: wholeBytes < bytes.byteLength, unended, wholeBytes, nextSeq };
}

/** Writes an entry as its line: JSON whose last key, `sum`, is the checksum of the object without it. */
export function journalLine(entry: JournalEntry): string {
  const body = JSON.stringify(entry);
  return `${body.slice(0, -1)},"sum":"${checksum(body)}"}\n`;
}

/** The entries of a line: one, but where another byte stands for a newline. */
function piecesOf(text: string) {
  const read = readLine(text);
  const parts = typeof read === 'string' ? text.split(pastChecksum) : [];
  if (parts.length < 2) return { pieces: [read], isMended: false };
  return { pieces: parts.filter((part) => part !== '').map(readLine), isMended: true };
}

function readLine(text: string): JournalEntry | string {
  const match = /^(.*),"sum":"([0-9a-f]{16})"\}$/s.exec(text);
  if (match === null) return 'it has no checksum';
  const body = `${match[1]}}`;
  if (checksum(body) !== match[2]) return 'its checksum does not match its content';
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return `it is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const parsed = journalEntrySchema.safeParse(value);
  return parsed.success ? parsed.data : `it is no entry that this version knows: ${parsed.error.issues[0]?.message}`;
}

function checksum(body: string): string {
  return hash('sha256', body, 'hex').slice(0, checksumLength);
}
