import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { differencesTo } from '../game-day/leftovers.ts';
import type { Workplace } from '../game-day/workplace.ts';
import type { Noted, Step, Victim } from './crash.ts';

const child = fileURLToPath(new URL('./victims.child.ts', import.meta.url));
const nothingLeft = 'Nothing to recover: no dead run of this folder has left anything in.';
/** Met, failed, inconclusive: how a run ends that was not hindered. */
const unhindered = [0, 1, 3];

/** What a crash of several runs at once left behind once it was recovered; empty where all is as it was. */
export interface CrashResult {
  /** For each run the write at which it died; undefined where it ended before it came so far. */
  readonly diedAt: readonly (string | undefined)[];
  readonly residues: readonly string[];
}

/** Runs scenarios in one process that kills itself where each is at its crash, recovers, and says what is not as it was. */
export async function crashAndRecover(
  work: Workplace,
  victims: readonly Victim[],
  untouched: unknown,
): Promise<CrashResult> {
  const runs = await runCounted(work, victims);
  const recovered = await work.windshear('recover');
  const residues = recovered.code === 0 ? [] : [`recover ended with ${recovered.code}: ${firstLine(recovered)}`];
  const differing = await differencesTo(work, untouched);
  if (differing.length > 0) residues.push(`the staging differs in ${differing.join(', ')}`);
  const again = await work.windshear('recover');
  if (again.code !== 0 || again.stdout !== nothingLeft) residues.push(`a second recover found: ${firstLine(again)}`);
  const left = [...(await work.files('.windshear/state')).keys()];
  if (left.length > 0) residues.push(`left on disk: ${left.join(', ')}`);
  // Every recover would read the journals of all earlier crashes.
  if (residues.length === 0) await rm(join(work.folder, 'reports'), { recursive: true, force: true });
  return { diedAt: runs.map(({ heldAt }) => heldAt), residues };
}

/** Lists the durable writes of whole runs, each in order. */
export async function stepsIn(work: Workplace, victims: readonly Victim[]): Promise<readonly (readonly Step[])[]> {
  return (await runCounted(work, victims)).map(({ steps }) => steps);
}

interface CountedRun {
  readonly steps: readonly Step[];
  /** The write of its crash, where it came to it. */
  readonly heldAt: string | undefined;
  /** Undefined where it was killed. */
  readonly code: number | undefined;
}

async function runCounted(work: Workplace, victims: readonly Victim[]): Promise<readonly CountedRun[]> {
  const folder = await mkdtemp(join(tmpdir(), 'windshear-crash-'));
  const log = join(folder, 'steps');
  try {
    const { signal, stderr, exitCode } = await execa(
      process.execPath,
      ['--conditions=windshear-source', child, log, JSON.stringify(victims)],
      { cwd: work.folder, reject: false, stdin: 'ignore', env: { NO_COLOR: '1' } },
    );
    const noted = (await readFile(log, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Noted);
    const runs = victims.map((_, index) => {
      const own = noted.filter(({ of }) => of === index);
      return {
        steps: own.filter((one) => 'label' in one),
        heldAt: own.flatMap((one) => ('heldAt' in one ? [one.heldAt] : []))[0],
        code: own.flatMap((one) => ('code' in one ? [one.code] : []))[0],
      };
    });
    const hindered = victims.flatMap(({ scenario }, index) => {
      const code = runs[index]?.code ?? 0;
      return unhindered.includes(code) ? [] : [`${scenario} (exit ${code})`];
    });
    if (hindered.length > 0) throw new Error(`Not as a whole run ended: ${hindered.join(', ')}: ${stderr}`);
    if (signal !== 'SIGKILL' && exitCode !== 0)
      throw new Error(`The process of the runs ended with ${signal ?? exitCode}: ${stderr}`);
    return runs;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function firstLine({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return `${stdout}\n${stderr}`.trim().split('\n')[0] ?? '';
}
