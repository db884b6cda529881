import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scorecard, scorecardSchema } from '../../src/model/scorecard.ts';
import { runCommand } from './command.ts';

/** One game day with a fresh start of the embedded staging. */
export interface GameDay {
  readonly wallMs: number;
  readonly peakBytes?: number;
  readonly scorecard: Scorecard;
}

const experiments = ['game-day', 'role-over-privilege', 'bucket-policy-flip'];

/** Runs the game day of README; the staging is stopped before each, so that its start is measured too. */
export async function runGameDays(count: number): Promise<readonly GameDay[]> {
  await runOne(); // installs the emulator where it is not yet
  const days: GameDay[] = [];
  for (let n = 0; n < count; n++) days.push(await runOne());
  return days;
}

async function runOne(): Promise<GameDay> {
  const reports = await mkdtemp(join(tmpdir(), 'windshear-bench-'));
  try {
    await runCommand(['staging', 'down']);
    const files = experiments.map((name) => `experiments/${name}.experiment.ts`);
    const args = ['run', ...files, '--baseline', 'reports/baseline.json', '--reports', reports];
    const { wallMs, peakBytes, trouble } = await runCommand(args);
    if (trouble) throw new Error(trouble);
    const scorecard = scorecardSchema.parse(JSON.parse(await readFile(join(reports, 'latest/scorecard.json'), 'utf8')));
    return { wallMs, scorecard, ...(peakBytes === undefined ? {} : { peakBytes }) };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}
