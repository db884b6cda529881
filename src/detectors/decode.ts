import type { BoundFormat, Decoded, DecodedSignal, FormatInput, Parsed, Payload } from '../model/detector.ts';
import type { Json } from '../model/json.ts';
import type { Signal } from '../model/signal.ts';
import { parseJson, textOf } from './json.ts';

/**
 * Turns a payload into signals through a list of formats, outermost first. It never throws: a record that cannot be
 * read is listed as malformed with its own text, and its neighbours are read all the same. A payload is one JSON value,
 * or JSON lines. What an envelope knew fills in what the alert itself does not say.
 */
export function decode(payload: Payload, formats: readonly BoundFormat[]): Decoded {
  const found: Found = { signals: [], ignored: 0, malformed: [] };
  if (isLines(payload.bytes)) {
    readLines(found, { payload, problem: '' }, formats);
    return found;
  }
  const text = textOf(payload.bytes);
  const whole = parseJson(text);
  if ('value' in whole) readValue(found, { value: whole.value, text, headers: payload.headers }, formats);
  else readLines(found, { payload, problem: whole.problem }, formats);
  return found;
}

interface Found {
  readonly signals: DecodedSignal[];
  ignored: number;
  readonly malformed: { readonly reason: string; readonly text?: string }[];
}

interface Value {
  readonly value: Json;
  readonly text: string;
  readonly headers: Payload['headers'];
}

interface Lines {
  readonly payload: Payload;
  /** Why it is no single value. */
  readonly problem: string;
}

const newline = 0x0a;

/** True where the first line is an object or list by itself and more follows: the whole cannot be a value, and need not be tried. */
function isLines(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(newline);
  if (end === -1 || !bytes.subarray(end).some((byte) => byte > 0x20)) return false;
  const first = parseJson(textOf(bytes.subarray(0, end)));
  return 'value' in first && typeof first.value === 'object';
}

/** The lines that hold anything, each a text of its own: a part of a longer one would keep the whole batch in memory. */
function linesOf(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found === -1 ? bytes.length : found;
    const line = textOf(bytes.subarray(start, end));
    if (line.trim() !== '') lines.push(line);
    start = end + 1;
  }
  return lines;
}

/**
 * JSON lines, where at least one line is an object or a list by itself; else the whole text is one malformed record.
 * Prose among them, such as a tool's start-up banner, is ignored where the format says that it occurs.
 */
function readLines(found: Found, { payload, problem }: Lines, formats: readonly BoundFormat[]): void {
  const { headers } = payload;
  const prose = formats[0]?.definition.prose === true;
  const lines = linesOf(payload.bytes);
  const parsed = lines.map((line) => parseJson(line));
  const some = parsed.some((line) => 'value' in line && typeof line.value === 'object');
  if (!some && !(prose && lines.length > 0 && lines.every((line) => !line.trimStart().startsWith('{')))) {
    found.malformed.push({
      reason: lines.length === 0 ? 'there is nothing in it' : problem,
      text: textOf(payload.bytes),
    });
    return;
  }
  for (const [index, line] of lines.entries()) {
    const outcome = parsed[index];
    if (outcome === undefined) continue;
    if ('value' in outcome) readValue(found, { value: outcome.value, text: line, headers }, formats);
    else if (prose && !line.trimStart().startsWith('{')) found.ignored++;
    else found.malformed.push({ reason: outcome.problem, text: line });
  }
}

/** One value; where it yields a single record its own text is that record's, without encoding it again. */
function readValue(found: Found, { value, text, headers }: Value, formats: readonly BoundFormat[]): void {
  const records: { readonly parsed: Exclude<Parsed, { kind: 'content' }>; readonly record: Json }[] = [];
  readThrough(records, { value, headers, known: {} }, formats, 0);
  if (records.length === 0) found.ignored++;
  for (const { parsed, record } of records) {
    const recordText = records.length === 1 ? text : JSON.stringify(record);
    if (parsed.kind === 'signal') found.signals.push({ signal: parsed.signal, text: recordText });
    else if (parsed.kind === 'ignored') found.ignored++;
    else found.malformed.push({ reason: parsed.reason, text: recordText });
  }
}

interface Content {
  readonly value: Json;
  readonly headers: Payload['headers'];
  readonly known: Partial<Signal>;
}

function readThrough(
  records: { readonly parsed: Exclude<Parsed, { kind: 'content' }>; readonly record: Json }[],
  { value, headers, known }: Content,
  formats: readonly BoundFormat[],
  depth: number,
): void {
  const format = formats[depth];
  if (format === undefined) {
    records.push({
      parsed: { kind: 'malformed', reason: 'no format is named for what is in the envelope' },
      record: value,
    });
    return;
  }
  const last = depth === formats.length - 1;
  const input: FormatInput = headers === undefined ? { value, last, known } : { value, last, known, headers };
  try {
    for (const parsed of format.definition.read(input, format.params as never)) {
      if (parsed.kind === 'content') {
        readThrough(
          records,
          { value: parsed.value, headers, known: { ...known, ...parsed.known } },
          formats,
          depth + 1,
        );
      } else if (parsed.kind === 'signal') {
        records.push({
          parsed: { kind: 'signal', signal: completed(known, parsed.signal) },
          record: parsed.record ?? value,
        });
      } else {
        records.push({ parsed, record: parsed.record ?? value });
      }
    }
  } catch (error) {
    const reason = `format '${format.definition.type}' failed: ${error instanceof Error ? error.message : String(error)}`;
    records.push({ parsed: { kind: 'malformed', reason }, record: value });
  }
}

/** A source's own field outranks what its envelope knew. */
function completed(known: Partial<Signal>, signal: Signal): Signal {
  for (const _ in known) return { ...known, ...signal };
  return signal;
}
