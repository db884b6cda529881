import type { BoundFormat } from '../model/detector.ts';
import { type Signal, signalSchema } from '../model/signal.ts';
import { decode } from './decode.ts';

/** What a file of raw alerts held. */
export interface ParsedAlerts {
  readonly signals: readonly Signal[];
  readonly ignored: number;
  /** One sentence for each record that is no alert of this format. */
  readonly problems: readonly string[];
}

/**
 * Reads a whole file of raw alerts (one JSON value, or JSON lines) through formats, outermost first, into normal form.
 * Every signal is held against the schema of the normal form; one that does not fit is reported as a problem.
 */
export function parseAlerts(formats: readonly BoundFormat[], bytes: Uint8Array): ParsedAlerts {
  const { signals, ignored, malformed } = decode({ bytes, arrivedMonoMs: 0 }, formats);
  const fitting: Signal[] = [];
  const problems = malformed.map(({ reason, text }) => [reason, shortened(text ?? '')].filter(Boolean).join(': '));
  for (const { signal } of signals) {
    const checked = signalSchema.safeParse(signal);
    if (checked.success) fitting.push(checked.data);
    else problems.push(`${checked.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
  }
  return { signals: fitting, ignored, problems };
}

function shortened(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
