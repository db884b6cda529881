/**
 * Makes the profile's warm-up from the audit file of a real run:
 * `node tools/record-warm-up.ts <state.json> <audit.jsonl> [out.jsonl] [--leave-out i]`, or of the cluster's, whose
 * names are the same everywhere: `node tools/record-warm-up.ts --cluster <kubernetes.jsonl> [out.jsonl]`.
 * Records whose user agent or session carries a marker of a phase to leave out (default: `i`, the faults' own) are
 * not learnt, all others are. Names that differ from one staging to the next become placeholders.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { auditEvent } from '../src/staging/detection/audit-rules/audit-event.ts';
import { auditTripleOf } from '../src/staging/detection/profile/audit-triple.ts';
import { type StagingNames, withoutNames } from '../src/staging/detection/profile/names.ts';
import { tripleOf } from '../src/staging/detection/profile/triple.ts';
import { type TrailRecord, trailRecord } from '../src/staging/detection/trail-record.ts';

const profile = new URL('../src/staging/detection/profile/', import.meta.url).pathname;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'leave-out': { type: 'string', default: 'i' }, cluster: { type: 'boolean', default: false } },
  });
  if (values.cluster && positionals[0] !== undefined) {
    const [clusterFile, outFile = `${profile}audit-warm-up.jsonl`] = positionals;
    return write(outFile, clusterWarmUp(await readFile(clusterFile, 'utf8'), values['leave-out']));
  }
  const [stateFile, auditFile, outFile = `${profile}warm-up.jsonl`] = positionals;
  if (stateFile === undefined || auditFile === undefined) {
    console.error('Usage: node tools/record-warm-up.ts <state.json> <audit.jsonl> [out.jsonl] [--leave-out i]');
    process.exitCode = 2;
    return;
  }
  const names = namesIn(JSON.parse(await readFile(stateFile, 'utf8')));
  await write(outFile, warmUp(await readFile(auditFile, 'utf8'), names, values['leave-out']));
}

async function write(outFile: string, lines: readonly string[]): Promise<void> {
  await writeFile(outFile, lines.map((line) => `${line}\n`).join(''));
  console.log(`${outFile}: ${lines.length} habits.`);
}

/** Learns the lines of a warm-up, sorted and each once, from an audit file of one record a line. */
export function warmUp(audit: string, names: StagingNames, leaveOut: string): readonly string[] {
  const records = audit
    .split('\n')
    .filter(Boolean)
    .map((line) => trailRecord.parse(JSON.parse(line)));
  const lines = records
    .filter((record) => !carriesPhase(record, leaveOut))
    .map((record) => withoutNames(JSON.stringify(tripleOf(record)), names));
  return [...new Set(lines)].sort();
}

/** Learns the lines of a warm-up from the cluster's audit file; what the cluster itself does is no habit. */
export function clusterWarmUp(audit: string, leaveOut: string): readonly string[] {
  const events = audit
    .split('\n')
    .filter(Boolean)
    .map((line) => auditEvent.parse(JSON.parse(line)))
    .filter(({ stage, user }) => stage === 'ResponseComplete' && !user.username.startsWith('system:'))
    .filter(({ userAgent }) => !marker(leaveOut).test(userAgent ?? ''));
  return [...new Set(events.map((event) => JSON.stringify(auditTripleOf(event))))].sort();
}

/** Reads a staging's own names from its state file. */
export function namesIn(state: unknown): StagingNames {
  const { aws, ...rest } = stateFile.parse(state);
  return { ...aws, ...rest };
}

const stateFile = z.object({
  aws: z.object({ account: z.string(), secondAccount: z.string() }),
  buckets: z.object({ models: z.string(), modelsGuarded: z.string() }),
  lambda: z.object({ function: z.string() }),
  autoscaling: z.object({ group: z.string(), launchTemplate: z.string(), image: z.string() }),
  trails: z.object({ primary: z.string(), regional: z.string() }),
});

function carriesPhase({ userAgent, userIdentity }: TrailRecord, phases: string): boolean {
  return [userAgent, userIdentity.arn, userIdentity.principalId].some((text) => marker(phases).test(text ?? ''));
}

function marker(phases: string): RegExp {
  return new RegExp(`(?<![a-z0-9])ws[a-z2-7]{12}\\.[${phases}](?![a-z0-9])`);
}

if (import.meta.main) await main();
