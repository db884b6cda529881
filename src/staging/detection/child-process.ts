import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { ReadyLine } from './start-up.ts';

/** Writes one line about what went wrong or was given up; the supervisor keeps it in a log file. */
export type Log = (text: string) => void;

export interface Child<StartUp> {
  readonly startUp: StartUp;
  /** Is aborted when the parent is gone (stdin ended) or asks for the end (SIGTERM, SIGINT). */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly announce: (line: ReadyLine) => void;
}

/**
 * Reads the start-up JSON from the first line of stdin, and from then on watches stdin and SIGTERM for the end.
 * @throws when the line is missing or does not fit the schema; the message names every wrong field
 */
export async function startChild<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
): Promise<Child<z.output<Schema>>> {
  const lines = createInterface({ input: process.stdin });
  const ended = new AbortController();
  const end = (reason: string) => {
    if (ended.signal.aborted) return;
    ended.abort(new Error(`${name} ends: ${reason}.`));
    process.stdin.destroy();
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  lines.once('close', () => end('its parent closed stdin'));

  const text = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    ended.signal.addEventListener('abort', () => reject(ended.signal.reason), { once: true });
  });
  const parsed = schema.safeParse(parseStartUp(name, text));
  if (!parsed.success) throw new Error(`Start-up of ${name} is invalid:\n${z.prettifyError(parsed.error)}`);

  return {
    startUp: parsed.data,
    signal: ended.signal,
    log: (entry) => process.stderr.write(`${new Date().toISOString()} ${entry}\n`),
    announce: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  };
}

/** Keeps the text, which holds secrets, out of the message. */
function parseStartUp(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Start-up of ${name} is invalid: its first line on stdin must be one JSON object.`);
  }
}
