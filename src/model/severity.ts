import type { Severity } from './signal.ts';

/**
 * Maps a severity word of any tool to 1 (info) .. 5 (critical), or null where the word says nothing.
 * One table serves all, since no two tools use a word for different steps: Falco's priorities, the words of
 * Security Hub, OCSF, Elastic, Datadog, Wiz, Prisma and policy reports, syslog's, and the usual Alertmanager labels.
 * Falco's and syslog's splits are a convention of ours, not a standard.
 */
export function severityByName(name: string): Severity | null {
  return names.get(name) ?? names.get(name.trim().toLowerCase()) ?? null;
}

/** Scales on which tools give a number; syslog and Sysdig count downwards. */
export type SeverityScale = 'ocsf' | 'guardduty' | 'sysdig' | 'syslog' | 'otlp';

/** Maps a number on a tool's scale to 1 .. 5, or null where it is off the scale or means "unknown". */
export function severityByNumber(scale: SeverityScale, value: number): Severity | null {
  const step = scales[scale].find(([from, to]) => value >= from && value <= to);
  return step?.[2] ?? null;
}

const names: ReadonlyMap<string, Severity> = new Map<string, Severity>(
  (
    [
      [5, 'emergency emerg alert critical crit fatal page panic'],
      [4, 'error err high major'],
      [3, 'warning warn medium moderate'],
      [2, 'notice low minor'],
      [1, 'informational information info debug'],
    ] as const
  ).flatMap(([step, words]) =>
    words.split(' ').flatMap((word): [string, Severity][] => [
      [word, step],
      [`${word.charAt(0).toUpperCase()}${word.slice(1)}`, step],
    ]),
  ),
);

type Step = readonly [from: number, to: number, severity: Severity];

const scales: Readonly<Record<SeverityScale, readonly Step[]>> = {
  /** https://schema.ocsf.io/1.5.0/classes/detection_finding: 0 unknown, 6 fatal, 99 other. */
  ocsf: [
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
    [4, 4, 4],
    [5, 6, 5],
  ],
  /** https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html */
  guardduty: [
    [9, 10, 5],
    [7, 10, 4],
    [4, 10, 3],
    [1, 10, 2],
  ],
  sysdig: [
    [0, 1, 5],
    [2, 3, 4],
    [4, 5, 3],
    [6, 6, 2],
    [7, 7, 1],
  ],
  syslog: [
    [0, 2, 5],
    [3, 3, 4],
    [4, 4, 3],
    [5, 5, 2],
    [6, 7, 1],
  ],
  /** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
  otlp: [
    [21, 24, 5],
    [17, 20, 4],
    [13, 16, 3],
    [9, 12, 2],
    [1, 8, 1],
  ],
};

/** The word by which scenarios name a severity, 1 to 5. */
export function severityName(severity: Severity): string {
  return ['info', 'low', 'medium', 'high', 'critical'][severity - 1] ?? String(severity);
}
