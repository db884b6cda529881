import { z } from 'zod';
import { type ExitCode, exitCodes } from '../model/errors.ts';
import type { Scorecard } from '../model/scorecard.ts';
import { firstExitCode } from '../model/summary.ts';
import { type ResultLine, resultLines, type ScenarioResults } from './results.ts';

const entrySchema = z.strictObject({
  verdict: z.string(),
  met: z.boolean(),
  /** Alerts against the control; more of them is a noisier control. */
  alerts: z.number().int().optional(),
  /** Why an unmet entry is accepted for now. */
  reason: z.string().optional(),
  owner: z.string().optional(),
  /** Day from which the entry fails unless it is met by then. */
  expires: z.iso.date().optional(),
  /** A flaky line: shown, and of no consequence until it expires. */
  quarantine: z.boolean().optional(),
});

/** `reports/baseline.json`: the verdicts that a run is compared with, by scenario and line id. */
export const baselineSchema = z.strictObject({
  schemaVersion: z.literal(1),
  acceptedAt: z.string(),
  run: z.string(),
  environment: z.string(),
  scenarios: z.record(z.string(), z.record(z.string(), entrySchema)),
});

export type Baseline = Readonly<z.infer<typeof baselineSchema>>;
export type BaselineEntry = Readonly<z.infer<typeof entrySchema>>;

/**
 * How a line stands against its baseline. `known-gap`: not met, and listed at that verdict. `worse`: lower than
 * listed. `new-failing`: not met and not listed. `lost`: inconclusive where the baseline is met, or has no entry.
 * `unknown`: inconclusive where the baseline is not met either.
 */
export type Change =
  | 'same'
  | 'known-gap'
  | 'better'
  | 'worse'
  | 'new-failing'
  | 'expired'
  | 'quarantined'
  | 'lost'
  | 'unknown';

export interface ComparedLine {
  readonly line: ResultLine;
  readonly change: Change;
  readonly was?: BaselineEntry;
}

export interface Comparison {
  readonly lines: readonly ComparedLine[];
  /** 1 where something is worse, 3 where something met is inconclusive, else 0. */
  readonly exitCode: ExitCode;
}

/** Compares every line of a run with the baseline; entries of scenarios that did not run are left out. `today` is an ISO day. */
export function compareWithBaseline(card: ScenarioResults, baseline: Baseline, today: string): Comparison {
  const lines = resultLines(card).map((line) => compareLine(line, baseline.scenarios[line.scenario]?.[line.id], today));
  return { lines, exitCode: firstExitCode(lines.map((l) => changeExitCode[l.change])) };
}

/**
 * Joins a run's exit code with its comparison: a failed or inconclusive run is as good as its comparison, while a
 * dirty rollback, an error, a refusal, a stop or an unreachable staging stays what it is.
 */
export function exitCodeWithBaseline(own: ExitCode, comparison: Comparison | undefined): ExitCode {
  if (comparison === undefined) return own;
  const judgement: readonly ExitCode[] = [exitCodes.met, exitCodes.failed, exitCodes.inconclusive];
  return judgement.includes(own) ? comparison.exitCode : firstExitCode([own, comparison.exitCode]);
}

/** What `baseline accept` writes beside the verdicts of entries that are not met. */
export interface Acceptance {
  readonly reason?: string | undefined;
  readonly owner?: string | undefined;
  readonly expires?: string | undefined;
}

/**
 * Makes the baseline that a run becomes: scenarios that did not run keep their entries, inconclusive lines too, and a
 * gap that was already listed keeps its reason, owner, expiry and quarantine unless new ones are given.
 */
export function acceptBaseline(card: Scorecard, before: Baseline | undefined, how: Acceptance, at: string): Baseline {
  const scenarios = { ...before?.scenarios };
  for (const scenario of card.scenarios) {
    const known = before?.scenarios[scenario.id] ?? {};
    const entries = resultLines({ scenarios: [scenario] }).flatMap((line) => {
      const entry = acceptLine(line, known[line.id], how);
      return entry === undefined ? [] : [[line.id, entry] as const];
    });
    scenarios[scenario.id] = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  const sorted = Object.entries(scenarios).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    schemaVersion: 1,
    acceptedAt: at,
    run: card.run.id,
    environment: card.run.environment,
    scenarios: Object.fromEntries(sorted),
  };
}

const changeExitCode: Readonly<Record<Change, ExitCode>> = {
  same: 0,
  'known-gap': 0,
  better: 0,
  quarantined: 0,
  unknown: 0,
  worse: 1,
  'new-failing': 1,
  expired: 1,
  lost: 3,
};

function compareLine(line: ResultLine, was: BaselineEntry | undefined, today: string): ComparedLine {
  return { line, change: changeOf(line, was, today), ...(was === undefined ? {} : { was }) };
}

function changeOf(line: ResultLine, was: BaselineEntry | undefined, today: string): Change {
  // What this machine cannot measure is neither better nor worse than what another one measured.
  if (line.outcome === 'skipped') return 'same';
  const met = line.outcome === 'met';
  if (was === undefined) return met ? 'same' : line.outcome === 'failed' ? 'new-failing' : 'lost';
  const expired = was.expires !== undefined && was.expires <= today;
  if (was.quarantine === true && !met) return expired ? 'expired' : 'quarantined';
  if (line.outcome !== 'met' && line.outcome !== 'failed') return was.met ? 'lost' : expired ? 'expired' : 'unknown';
  const [now, then] = [rank(line.verdict, met), rank(was.verdict, was.met)];
  const noise = (line.alerts ?? 0) - (was.alerts ?? 0);
  if (now < then || (now === then && noise > 0)) return 'worse';
  if (!met && expired) return 'expired';
  if (now > then || noise < 0) return 'better';
  return met ? 'same' : 'known-gap';
}

/** Met > late, unverified > everything else. */
function rank(verdict: string, met: boolean): number {
  if (met) return 2;
  return verdict === 'late' || verdict === 'unverified' ? 1 : 0;
}

function acceptLine(line: ResultLine, was: BaselineEntry | undefined, how: Acceptance): BaselineEntry | undefined {
  if (line.kind === 'trial' || (line.outcome !== 'met' && line.outcome !== 'failed')) return was;
  const met = line.outcome === 'met';
  const alerts = line.alerts === undefined ? {} : { alerts: line.alerts };
  if (met && was?.quarantine !== true) return { verdict: line.verdict, met, ...alerts };
  const reason = how.reason ?? was?.reason;
  const owner = how.owner ?? was?.owner;
  const expires = how.expires ?? was?.expires;
  return {
    verdict: line.verdict,
    met,
    ...alerts,
    ...(reason === undefined ? {} : { reason }),
    ...(owner === undefined ? {} : { owner }),
    ...(expires === undefined ? {} : { expires }),
    ...(was?.quarantine === true ? { quarantine: true } : {}),
  };
}
