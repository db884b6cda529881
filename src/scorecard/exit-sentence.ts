import type { ExitCode } from '../model/errors.ts';

/** Says what an exit code means at the end of a run, which may have been compared with a baseline. */
export function exitSentence(code: ExitCode, compared: boolean): string {
  const sentences: Readonly<Record<ExitCode, string>> = {
    0: compared ? 'no worse than the baseline' : 'every expectation is met',
    1: compared ? 'worse than the baseline' : 'an expectation failed',
    2: 'the command or a file is invalid',
    3: compared
      ? 'no worse than the baseline, but something that was met is inconclusive'
      : 'nothing failed, but something is inconclusive',
    4: 'refused by a safety rule',
    5: 'nothing was injected: staging or every channel was unreachable',
    6: 'a rollback is dirty or unverified. Run: windshear recover',
    70: 'the harness failed in a trial',
    130: 'stopped; everything is reverted',
  };
  return sentences[code];
}
