import { posix } from 'node:path';
import type { Disk } from '../model/disk.ts';
import { withoutSecrets } from '../model/without-secrets.ts';
import { failureText } from './failure-text.ts';
import type { HeardSignal } from './heard.ts';

/** Keeps the newest signals that no trial claimed, so that a doubted verdict can be looked into; older ones are overwritten. */
export interface SignalRing {
  /** Never waits and never throws: what the disk cannot take in time is not kept. */
  readonly keep: (heard: HeardSignal) => void;
  /** Writes what is left. */
  readonly close: () => Promise<void>;
}

export interface SignalRingOptions {
  readonly disk: Disk;
  /** Absolute; made where it is missing. */
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Bytes of each of the two files; 8 MiB, so that the ring holds the newest 8 to 16 MiB. */
  readonly fileBytes?: number;
}

/** So much is gathered before it is written: each write is synced to the disk. */
const chunkLength = 256 * 1024;
/** Most that waits for a slow disk; as bytes at most three times as many, and so less than a file. */
const waitingLength = 2 * 1024 * 1024;
/** Most of one alert's text. */
const textLength = 64 * 1024;

/**
 * Opens the ring: `unclaimed-0.jsonl` and `unclaimed-1.jsonl`, a JSON object a line, filled in turn. Once one is full the
 * other is begun anew, so that the two hold the newest signals at any time.
 */
export function openSignalRing(options: SignalRingOptions): SignalRing {
  const { disk, folder, log, fileBytes = 8 * 1024 * 1024 } = options;
  let lines: string[] = [];
  let waiting = 0;
  let turn = 0;
  let written: number | undefined;
  let writing: Promise<void> | undefined;
  let failed = false;

  const write = async (bytes: Uint8Array): Promise<void> => {
    if (written === undefined) await disk.makeFolder(folder);
    const full = written !== undefined && written + bytes.length > fileBytes;
    if (full) turn = 1 - turn;
    const path = posix.join(folder, `unclaimed-${turn}.jsonl`);
    if (full) await disk.writeDurably(path, bytes);
    else await disk.appendDurably(path, bytes);
    written = full ? bytes.length : (written ?? 0) + bytes.length;
  };

  const flush = (): Promise<void> => {
    writing ??= (async () => {
      try {
        while (lines.length > 0 && !failed) {
          const chunk = lines.join('');
          lines = [];
          waiting = 0;
          await write(new TextEncoder().encode(chunk));
        }
      } catch (error) {
        failed = true;
        lines = [];
        log(`Signals that no trial claimed are no longer kept: ${failureText(error)}`);
      } finally {
        writing = undefined;
      }
    })();
    return writing;
  };

  return {
    keep(heard) {
      if (failed || waiting > waitingLength) return;
      const line = lineOf(heard);
      lines.push(line);
      waiting += line.length;
      if (waiting >= chunkLength) void flush();
    },
    close: flush,
  };
}

function lineOf({ detector, signal, text: whole }: HeardSignal): string {
  const text = withoutSecrets(whole);
  const cut = text.length > textLength ? { raw: text.slice(0, textLength), length: text.length } : { raw: text };
  return `${JSON.stringify({ detector, receivedAt: signal.receivedAt, ...cut })}\n`;
}
