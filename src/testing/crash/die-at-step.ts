import { appendFileSync } from 'node:fs';
import { systemDisk } from '../../system/system-disk.ts';
import { stepNamer } from './label.ts';

/**
 * Preloaded into a harness (`node --import`): counts its durable writes, notes each in the file WINDSHEAR_CRASH_LOG,
 * and ends the process by SIGKILL at the one that WINDSHEAR_CRASH_AT names: `before:7`, `after:7`, or `torn:7`, which
 * leaves half of an append behind, as a power cut does to bytes that no fsync has seen.
 */
const log = process.env['WINDSHEAR_CRASH_LOG'] ?? '';
const [when, at] = (process.env['WINDSHEAR_CRASH_AT'] ?? 'never:0').split(':');
const labelOf = stepNamer();
let step = 0;

type Disk = { -readonly [Name in keyof typeof systemDisk]: (typeof systemDisk)[Name] };
const disk: Disk = systemDisk;
const { appendDurably, writeDurably, createExclusively, truncate, remove, link } = systemDisk;

async function counted<Result>(label: string, write: () => Promise<Result>, tear?: () => Promise<unknown>) {
  step += 1;
  const isDue = step === Number(at);
  appendFileSync(log, `${label}\n`);
  if (isDue && when === 'torn') await tear?.();
  if (isDue && when !== 'after') process.kill(process.pid, 'SIGKILL');
  const result = await write();
  if (isDue) process.kill(process.pid, 'SIGKILL');
  return result;
}

disk.appendDurably = (path, bytes, mode) =>
  counted(
    labelOf('append', path, bytes),
    () => appendDurably(path, bytes, mode),
    () => appendDurably(path, bytes.subarray(0, bytes.byteLength >> 1), mode),
  );
disk.writeDurably = (path, bytes, mode) => counted(labelOf('write', path), () => writeDurably(path, bytes, mode));
disk.createExclusively = (path, bytes, mode) =>
  counted(labelOf('create', path), () => createExclusively(path, bytes, mode));
disk.truncate = (path, length) => counted(labelOf('truncate', path), () => truncate(path, length));
disk.remove = (path) => counted(labelOf('remove', path), () => remove(path));
disk.link = (target, path) => counted(labelOf('link', path), () => link(target, path));
