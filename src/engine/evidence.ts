import { posix } from 'node:path';
import type { TrialResult } from '../model/scorecard.ts';
import { belongingOf } from './correlate.ts';
import { sourceClockOf, type Trial, viewOf } from './trial-state.ts';

/** Most raw alerts that a trial keeps; noise beyond that is counted in the scorecard, not kept. */
const keptSignals = 500;

/** Writes what a verdict rests on: raw alerts with whose they are, audit records, and the trial's own result. */
export async function keepEvidence(trial: Trial, result: TrialResult): Promise<void> {
  const { disk, folders } = trial.deps.request;
  const folder = posix.join(folders.report, 'evidence', trial.bound.scenario.id, String(trial.n));
  await disk.makeFolder(folder);
  const view = viewOf(trial);
  const signals = trial.heard.slice(0, keptSignals).map((heard) => {
    const { whose, matchedBy } = belongingOf(heard, view, sourceClockOf(trial, heard.detector));
    return { whose, matchedBy, detector: heard.detector, receivedAt: heard.signal.receivedAt, raw: heard.text };
  });
  const audit = trial.audit
    .slice(0, keptSignals)
    .map((heard) => ({ receivedAt: heard.signal.receivedAt, raw: heard.text }));
  await disk.writeDurably(posix.join(folder, 'signals.jsonl'), lines(signals));
  await disk.writeDurably(posix.join(folder, 'audit.jsonl'), lines(audit));
  await disk.writeDurably(
    posix.join(folder, 'trial.json'),
    new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`),
  );
}

function lines(entries: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
