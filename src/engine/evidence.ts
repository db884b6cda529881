import { posix } from 'node:path';
import type { TrialResult } from '../model/scorecard.ts';
import { withoutSecrets } from '../model/without-secrets.ts';
import { sourceClockOf } from './belongings.ts';
import { belongingOf } from './correlate.ts';
import type { HeardSignal } from './heard.ts';
import { type Trial, viewOf } from './trial-state.ts';

/** Most raw alerts on its subjects that a trial keeps beside those that it claims and those that were open before. */
const keptSignals = 500;

/** Writes what a verdict rests on: raw alerts with whose they are, audit records, and the trial's own result. */
export async function keepEvidence(trial: Trial, result: TrialResult): Promise<void> {
  const { disk } = trial.deps.request;
  const folder = await evidenceFolder(trial);
  const view = viewOf(trial);
  let others = 0;
  const signals = trial.heard.flatMap((heard) => {
    const { whose, matchedBy } = belongingOf(heard, view, sourceClockOf(trial, heard.detector));
    if (whose === 'other' && others++ >= keptSignals) return [];
    return [{ whose, matchedBy, ...rawOf(heard) }];
  });
  const open = new Set([...trial.openBefore.values()].flatMap((byDetector) => [...byDetector.values()].flat()));
  const openBefore = [...open].map((heard) => ({ openBefore: true, ...rawOf(heard) }));
  const audit = trial.audit
    .slice(0, keptSignals)
    .map((heard) => ({ receivedAt: heard.signal.receivedAt, raw: withoutSecrets(heard.text) }));
  await disk.writeDurably(posix.join(folder, 'signals.jsonl'), lines([...openBefore, ...signals]));
  await disk.writeDurably(posix.join(folder, 'audit.jsonl'), lines(audit));
  await disk.writeDurably(
    posix.join(folder, 'trial.json'),
    new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`),
  );
}

/** Keeps one file as evidence of a trial, such as a probe's screenshot. */
export async function keepFile(trial: Trial, name: string, bytes: Uint8Array): Promise<void> {
  const folder = await evidenceFolder(trial);
  await trial.deps.request.disk.writeDurably(posix.join(folder, posix.basename(name)), bytes);
}

async function evidenceFolder({ deps, bound, n }: Trial): Promise<string> {
  const { disk, folders } = deps.request;
  const folder = posix.join(folders.report, 'evidence', bound.scenario.id, String(n));
  await disk.makeFolder(folder);
  return folder;
}

function rawOf({ detector, signal, text }: HeardSignal) {
  return { detector, receivedAt: signal.receivedAt, raw: withoutSecrets(text) };
}

function lines(entries: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
