import { type FileHandle, open, stat } from 'node:fs/promises';
import type { ChannelContext } from '../../model/detector.ts';
import { newLineSplitter } from './line-splitter.ts';

/** Reads what a file gains, across rotation and truncation. */
export interface Follower {
  /** Notes where the file ends now. */
  readonly start: () => Promise<void>;
  /** Hands over every line that is complete by now; `askedMonoMs` is when we were told that there may be some. */
  readonly drain: (askedMonoMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Opened {
  readonly handle: FileHandle;
  readonly inode: number;
  offset: number;
  readonly lines: ReturnType<typeof newLineSplitter>;
}

const chunkBytes = 64 * 1024;
/** How far we may be behind the writer; from there on lines are counted and passed over. */
const backlogLimit = 64 * 1024 * 1024;
/** Most bytes of one line. */
const lineLimit = 10 * 1024 * 1024;

/** Makes a follower of a path. The file that is read stays open, so that its inode cannot be given to another meanwhile. */
export function newFollower(ctx: ChannelContext, path: string, backlogBytes = backlogLimit): Follower {
  let current: Opened | undefined;
  /** A file that was rotated away is read once more a look later, since its writer may still have had it open. */
  let retired: Opened[] = [];

  const openNow = async (): Promise<Opened | undefined> => {
    const handle = await unlessMissing(open(path, 'r'));
    if (handle === undefined) return undefined;
    const { ino } = await handle.stat();
    const lines = newLineSplitter(ctx, lineLimit);
    return { handle, inode: ino, offset: 0, lines };
  };

  return {
    async start() {
      current = await openNow();
      if (current !== undefined) await skipToEnd(current);
    },
    async drain(askedMonoMs) {
      const readOn = (file: Opened) => readNew(file, { ctx, path, backlogBytes, askedMonoMs });
      const finishing = retired;
      retired = [];
      for (const file of finishing) await finish(file, readOn);
      if (current !== undefined) await readOn(current);
      const there = await unlessMissing(stat(path));
      if (there === undefined || there.ino === current?.inode) return;
      if (current !== undefined) retired.push(current);
      current = await openNow();
      if (current !== undefined) await readOn(current);
    },
    async close() {
      const askedMonoMs = ctx.clock.monoMs();
      for (const file of retired) {
        await finish(file, (one) => readNew(one, { ctx, path, backlogBytes, askedMonoMs }));
      }
      await current?.handle.close();
      current = undefined;
    },
  };
}

/** A line whose start was there before is heard when its end comes. */
async function skipToEnd(file: Opened): Promise<void> {
  const { size } = await file.handle.stat();
  const from = Math.max(0, size - lineLimit);
  file.offset = from;
  for (let end = size; end > from; end -= chunkBytes) {
    const begin = Math.max(from, end - chunkBytes);
    const { bytesRead, buffer } = await file.handle.read(Buffer.alloc(end - begin), 0, end - begin, begin);
    const newline = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline === -1) continue;
    file.offset = begin + newline + 1;
    return;
  }
}

interface Reading {
  readonly ctx: ChannelContext;
  readonly path: string;
  readonly backlogBytes: number;
  readonly askedMonoMs: number;
}

/**
 * Reads to the end. What lies beyond a size that the file had at some moment was written after that moment: so a line's
 * receipt is bounded honestly, however far we are behind (J19).
 */
async function readNew(file: Opened, reading: Reading): Promise<void> {
  const { ctx, askedMonoMs, backlogBytes } = reading;
  const sizes = [{ bytes: file.offset, atMonoMs: askedMonoMs }];
  for (;;) {
    const { size } = await file.handle.stat();
    sizes.push({ bytes: size, atMonoMs: ctx.clock.monoMs() });
    if (size < file.offset) {
      file.offset = 0;
      file.lines.forget();
      sizes.splice(0, sizes.length, { bytes: 0, atMonoMs: askedMonoMs });
    }
    if (size - file.offset > backlogBytes) await passOver(file, size, reading);
    const { bytesRead, buffer } = await file.handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, file.offset);
    if (bytesRead === 0) return;
    while ((sizes[1]?.bytes ?? Number.POSITIVE_INFINITY) <= file.offset) sizes.shift();
    file.offset += bytesRead;
    file.lines.take(buffer.subarray(0, bytesRead), sizes[0]?.atMonoMs ?? askedMonoMs);
  }
}

/** Counts the lines up to `size` without reading them; one without any end is left to the splitter's own limit. */
async function passOver(file: Opened, size: number, { ctx, path }: Reading): Promise<void> {
  const from = file.offset;
  let count = 0;
  for (let at = from; at < size; ) {
    const { bytesRead, buffer } = await file.handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) break;
    for (let end = buffer.indexOf(0x0a); end !== -1 && end < bytesRead; end = buffer.indexOf(0x0a, end + 1)) {
      count++;
      file.offset = at + end + 1;
    }
    at += bytesRead;
  }
  if (count === 0) return;
  file.lines.forget();
  ctx.overload(`${path} grows faster than it is read`, count);
}

/** Nobody writes to it any more: what it ends with is a line, even without its newline. */
async function finish(file: Opened, readOn: (file: Opened) => Promise<void>): Promise<void> {
  await readOn(file);
  file.lines.finish();
  await file.handle.close();
}

async function unlessMissing<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
