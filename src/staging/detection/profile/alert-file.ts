import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CloudEvent } from '../cloud-event.ts';

/** Appends events to a file, one JSON a line, readable by its owner only. */
export async function alertFile(path: string): Promise<(events: readonly CloudEvent[]) => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, '', { mode: 0o600 });
  return (events) => appendFile(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}
