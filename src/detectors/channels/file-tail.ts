import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import type { ChannelContext } from '../../model/detector.ts';
import { defineChannel } from '../../model/detector.ts';
import { durationSchema } from '../../model/fields.ts';
import { newFollower } from './file-follower.ts';

const params = z.strictObject({
  path: z.string().min(1),
  /** How often the file is looked at where the system does not tell of changes. */
  recheck: durationSchema.default(500),
});

/**
 * Follows a file of lines from its end on; each line is one payload. The file may be rotated by rename or truncated, and
 * may not exist yet: one that appears later is read from its start. `arrivedMonoMs` is since when the line may have been
 * there: when we were told of a change, or, where we are behind, when the file last was shorter.
 */
export const fileTail = defineChannel({
  type: 'file-tail',
  title: 'File tail',
  description:
    'Follows a file of lines, such as JSON lines, from its end. Rotation by rename and by truncation, files that appear ' +
    'later, and lines that are written in parts are handled; a line over 10 MiB is refused, and where reading is 64 MiB ' +
    'behind the lines up to there are counted as dropped: silence then proves nothing. Changes are noticed at once ' +
    'where the system tells of them, and by a look every `recheck` otherwise.',
  params,
  example: params.parse({ path: '/var/log/falco/alerts.jsonl' }),
  delivery: 'push',
  async open(ctx, { path, recheck }) {
    const follower = newFollower(ctx, path);
    await follower.start();
    const ended = new AbortController();
    const signal = AbortSignal.any([ctx.signal, ended.signal]);
    const drain = serialised(ctx, follower.drain);
    const watching = watchFolder(ctx, path, signal, drain);
    const looking = (async () => {
      while (!signal.aborted) {
        await ctx.clock.sleep(recheck, signal).catch(() => undefined);
        if (!signal.aborted) await drain();
      }
    })();
    return {
      address: path,
      async close() {
        ended.abort();
        watching();
        await looking;
        await drain();
        await follower.close();
      },
    };
  },
});

/** Runs one at a time; a call during a run leads to exactly one more. Failures are logged and tried again at the next look. */
function serialised(ctx: ChannelContext, run: (askedMonoMs: number) => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let askedMonoMs: number | undefined;
  const loop = async (): Promise<void> => {
    while (askedMonoMs !== undefined) {
      const asked = askedMonoMs;
      askedMonoMs = undefined;
      try {
        await run(asked);
      } catch (error) {
        ctx.log(`A followed file could not be read: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    running = undefined;
  };
  return () => {
    askedMonoMs ??= ctx.clock.monoMs();
    running ??= loop();
    return running;
  };
}

/** Watches the folder, since a watched file is lost when it is renamed; without a folder the looks must do. */
function watchFolder(ctx: ChannelContext, path: string, signal: AbortSignal, drain: () => Promise<void>): () => void {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), { signal }, (_event, changed) => {
      if (changed === null || changed === name) void drain();
    });
    watcher.on('error', (error) => ctx.log(`No longer told of changes of ${path}: ${error.message}`));
    return () => watcher.close();
  } catch (error) {
    ctx.log(
      `Not told of changes of ${path}, looking instead: ${error instanceof Error ? error.message : String(error)}`,
    );
    return () => undefined;
  }
}
