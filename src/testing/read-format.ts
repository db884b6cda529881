import type { FormatDefinition, Parsed } from '../model/detector.ts';
import type { Json } from '../model/json.ts';
import { type Signal, signalSchema } from '../model/signal.ts';

/** Reads one value through one format, as the last of its list unless told otherwise. */
export function readFormat<Params>(
  format: FormatDefinition<Params>,
  value: unknown,
  more: {
    readonly params?: unknown;
    readonly last?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): readonly Parsed[] {
  const { params = {}, last = true, headers } = more;
  const input = { value: JSON.parse(JSON.stringify(value)) as Json, last, known: {}, ...(headers && { headers }) };
  return [...format.read(input, format.params.parse(params))];
}

/** Reads signals and holds each against the schema of the normal form; throws where anything else comes of the value. */
export function signalsOf(parsed: readonly Parsed[]): readonly Signal[] {
  return parsed.map((one) => {
    if (one.kind !== 'signal') throw new Error(`expected a signal, got ${JSON.stringify(one)}`);
    return signalSchema.parse(one.signal);
  });
}
