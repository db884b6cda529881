import { join } from 'node:path';
import { openJournal } from '../../engine/journal.ts';
import { newMarker } from '../../model/marker.ts';
import { thisProcess } from '../../system/process-identity.ts';
import { systemClock } from '../../system/system-clock.ts';
import { systemDisk } from '../../system/system-disk.ts';
import { systemRandom } from '../../system/system-random.ts';
import type { ProcessClients } from '../../targets/process/clients.ts';
import { ownPrograms } from '../own-programs.ts';

/**
 * A run that starts a program, for a spec that kills it: `<folder> <noted|unnoted> <program>`. Prints the pid of the
 * program; where it is `unnoted`, that never reaches the disk.
 */
const [folder = '', how = '', program = ''] = process.argv.slice(2);
const marker = newMarker(systemRandom);
const { pid, startedAt: processStartedAt } = await thisProcess();
const reports = join(folder, 'reports', 'run-1');
await systemDisk.makeFolder(reports);
const journal = await openJournal({ disk: systemDisk, clock: systemClock, path: join(reports, 'journal.jsonl') });
const staging = { environment: 'staging', staging: 'embedded', stagingId: 'staging-1' } as const;
await journal.append({ kind: 'run-started', run: 'run-1', ...staging, pid, processStartedAt, toolVersion: '0' });
await journal.append({ kind: 'trial-started', scenario: 'flip', n: 1, marker });
const target = ownPrograms([program]);
target.notePrograms?.(async (started) => {
  if (how === 'noted') await journal.append({ kind: 'program-started', ...started });
  process.stdout.write(`${started.pid}\n`);
  if (how === 'unnoted') await new Promise(() => {});
});
const { signal } = new AbortController();
const clients = (await target.session('inject', marker, signal)).clients as ProcessClients;
await clients.run({ argv: [program, folder], timeoutMs: 60_000, mutating: true }, signal);
