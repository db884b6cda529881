import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { plainText } from '../scorecard/plain-text.ts';
import { isAlive } from '../system/process-identity.ts';
import { foldersOf } from './folders.ts';
import { ownProcess } from './own-process.ts';
import { recoverSession } from './recover-session.ts';

const settingsSchema = z.object({
  cwd: z.string(),
  config: z.string(),
  reports: z.string(),
  environment: z.string(),
  version: z.string(),
  /** The harness. */
  pid: z.number(),
  startedAt: z.string(),
});

/** What a watchdog is told on the first line of its stdin. */
export type WatchdogSettings = Readonly<z.infer<typeof settingsSchema>>;

/** How long the system may take to bury a process whose pipe it has closed. */
const patienceMs = 10_000;

await watch();

/** Reads the harness's pipe to its end, and recovers unless the harness said that it had ended. */
async function watch(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) return;
  const settings = settingsSchema.parse(JSON.parse(first.value));
  // Whoever reverts in a hurry must not load its libraries first.
  await Promise.all([import('../engine/recover.ts'), import('../catalogue.ts')]);
  process.stdout.on('error', () => {});
  process.stdout.write('ready\n');
  const last = await lines.next();
  if (last.value === 'ended') return;
  say(`The harness (pid ${settings.pid}) died; recovering '${settings.environment}'.`);
  await untilBuried(settings);
  const outcome = await recoverSession({
    config: settings.config,
    environment: settings.environment,
    folders: foldersOf(settings.cwd, settings.reports),
    own: await ownProcess(),
    version: settings.version,
    variables: process.env,
    notice: say,
    stopping: { abandon: new AbortController().signal },
  });
  for (const { runId, faults, problems } of outcome.runs) {
    for (const { scenario, touches, rollback } of faults)
      say(`${runId} ${scenario} ${touches.join(', ')}: ${rollback.verdict}. ${rollback.reason}`);
    for (const problem of problems) say(`${runId}: ${problem}`);
  }
  for (const refusal of outcome.refused) say(refusal.message);
  say(`Done (${outcome.exitCode}).`);
}

async function untilBuried({ pid, startedAt }: WatchdogSettings): Promise<void> {
  const until = Date.now() + patienceMs;
  while (await isAlive(pid, startedAt)) {
    if (Date.now() > until) throw new Error(`The harness (pid ${pid}) closed its pipe and still runs.`);
    await sleep(10);
  }
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${plainText(text)}\n`);
}
