import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { differencesTo } from '../game-day/leftovers.ts';
import type { Workplace } from '../game-day/workplace.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const preload = fileURLToPath(new URL('./die-at-step.ts', import.meta.url));
const nothingLeft = 'Nothing to recover: no dead run of this folder has left anything in.';

export type When = 'before' | 'after' | 'torn';

export interface Crash {
  readonly when: When;
  /** 1 for the first durable write of a run. */
  readonly step: number;
}

/** What a crash left behind once it was recovered; empty where all is as it was. */
export interface CellResult {
  /** The write at which the harness died; absent where the run ended before it came so far. */
  readonly diedAt?: string;
  readonly residues: readonly string[];
}

/** Runs a scenario until the harness kills itself at a durable write, recovers, and says what is not as it was. */
export async function crashAndRecover(
  work: Workplace,
  scenario: string,
  { crash, untouched }: { readonly crash: Crash; readonly untouched: unknown },
): Promise<CellResult> {
  const { steps, isDead } = await runCounted(work, scenario, crash);
  const recovered = await work.windshear('recover');
  const residues = recovered.code === 0 ? [] : [`recover ended with ${recovered.code}: ${firstLine(recovered)}`];
  const differing = await differencesTo(work, untouched);
  if (differing.length > 0) residues.push(`the staging differs in ${differing.join(', ')}`);
  const again = await work.windshear('recover');
  if (again.code !== 0 || again.stdout !== nothingLeft) residues.push(`a second recover found: ${firstLine(again)}`);
  const left = [...(await work.files('.windshear/state')).keys()];
  if (left.length > 0) residues.push(`left on disk: ${left.join(', ')}`);
  const diedAt = steps.at(-1);
  return { residues, ...(isDead && diedAt !== undefined ? { diedAt } : {}) };
}

/** Lists the durable writes of a whole run of a scenario, in order. */
export async function stepsIn(work: Workplace, scenario: string): Promise<readonly string[]> {
  return (await runCounted(work, scenario)).steps;
}

async function runCounted(work: Workplace, scenario: string, crash?: Crash) {
  const folder = await mkdtemp(join(tmpdir(), 'windshear-crash-'));
  const log = join(folder, 'steps');
  try {
    const node = ['--conditions=windshear-source', '--import', preload, main];
    const { signal, stderr, exitCode } = await execa(
      process.execPath,
      [...node, 'run', scenario, '--slo-scale', '0.1', '--quiet'],
      {
        cwd: work.folder,
        reject: false,
        stdin: 'ignore',
        env: {
          NO_COLOR: '1',
          WINDSHEAR_CRASH_LOG: log,
          ...(crash === undefined ? {} : { WINDSHEAR_CRASH_AT: `${crash.when}:${crash.step}` }),
        },
      },
    );
    const isDead = signal === 'SIGKILL';
    if (!isDead && exitCode !== 0 && exitCode !== 1 && exitCode !== 3)
      throw new Error(`The run of ${scenario} ended with ${signal ?? exitCode}: ${stderr}`);
    const steps = (await readFile(log, 'utf8')).trimEnd().split('\n');
    return { steps, isDead };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function firstLine({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return `${stdout}\n${stderr}`.trim().split('\n')[0] ?? '';
}
