import type { NewJournalEntry } from '../model/journal.ts';
import type { RecoveredProgram, RecoverRequest } from './recover-request.ts';
import type { UnfinishedRun } from './unfinished-runs.ts';

/** Ends what is still there of the programs that a dead run had started, newest first, and writes it down. */
export async function endPrograms(
  { endProgram }: RecoverRequest,
  run: UnfinishedRun,
  write: (entry: NewJournalEntry) => Promise<void>,
): Promise<{ readonly programs: readonly RecoveredProgram[]; readonly leftSentences: readonly string[] }> {
  const programs: RecoveredProgram[] = [];
  for (const { pid, startedAt, marker, program, scenario } of run.programs) {
    const end = await endProgram({ pid, startedAt, marker });
    if (end === 'gone') continue;
    programs.push({ program, pid, end, ...(scenario !== undefined && { scenario }) });
    if (end === 'ended') await write({ kind: 'program-ended', pid, startedAt });
  }
  const left = programs.filter(({ end }) => end === 'still-there');
  return { programs, leftSentences: left.map(sentence) };
}

function sentence({ program, pid }: RecoveredProgram): string {
  return `Program '${program}' (pid ${pid}), which the run had started, is still there: it could not be ended. End it, then run: windshear recover`;
}
