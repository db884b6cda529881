import type { IncomingMessage } from 'node:http';
import type { ChannelContext } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { listOf, memberOf, numberOf, objectOf, stringOf } from '../guards.ts';
import { parseJson, textOf } from '../json.ts';
import { DeadlineError } from './deadline.ts';
import { ApiError, type ApiServer, listAll, openStream } from './kubernetes-api.ts';
import type { WatchEvent, WatchMemory } from './kubernetes-memory.ts';
import { newLineSplitter } from './line-splitter.ts';

export interface Following {
  readonly ctx: Pick<ChannelContext, 'clock' | 'signal' | 'log' | 'refuse'>;
  readonly server: ApiServer;
  readonly url: URL;
  readonly idleMs: number;
  readonly memory: WatchMemory;
  readonly take: (event: WatchEvent, arrivedMonoMs: number) => void;
}

/**
 * Follows a collection until its signal is aborted. `listed` settles with the first list, and rejects where that fails;
 * `ended` never rejects. Every later failure is logged and made good by a reconnection or another list.
 */
export function followObjects(following: Following): {
  readonly listed: Promise<void>;
  readonly ended: Promise<void>;
} {
  const first = relist(following);
  return {
    listed: first.then(() => undefined),
    ended: first.then(
      (from) => watchOn(following, from),
      () => undefined,
    ),
  };
}

/** A watch that says nothing and ends is no failure if it lasted so long: servers end each one after some minutes. */
const worksAfterMs = 1000;
const firstWaitMs = 100;
const longestWaitMs = 5000;
/** After so many failures in a row a list may show what a watch does not: a server that began again at lower versions. */
const failuresUntilList = 3;

async function watchOn(following: Following, first: string): Promise<void> {
  const { ctx, url } = following;
  let from: string | undefined = first;
  let failures = 0;
  while (!ctx.signal.aborted) {
    let waitMs = 0;
    const beganMonoMs = ctx.clock.monoMs();
    try {
      from ??= await relist(following);
      const watched: Watched = await watchOnce(following, from);
      from = watched.from;
      const worked = watched.heard || ctx.clock.monoMs() - beganMonoMs >= worksAfterMs;
      failures = worked ? 0 : failures + 1;
      if (!worked) waitMs = waitAfter(failures);
    } catch (error) {
      if (ctx.signal.aborted) return;
      failures++;
      ctx.log(`The watch of ${url.pathname} broke off: ${error instanceof Error ? error.message : String(error)}`);
      const refused = error instanceof ApiError ? error : undefined;
      if (refused?.status === 410 || failures % failuresUntilList === 0) from = undefined;
      waitMs = refused?.retryAfterMs ?? waitAfter(failures);
    }
    if (waitMs > 0) await ctx.clock.sleep(waitMs, ctx.signal).catch(() => undefined);
  }
}

function waitAfter(failures: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10));
}

async function relist({ ctx, server, url, memory, take }: Following): Promise<string> {
  const { lists, resourceVersion } = await listAll(ctx, server, url);
  const arrivedMonoMs = ctx.clock.monoMs();
  for (const event of memory.listed(lists.flatMap((list) => objectsIn(list)))) take(event, arrivedMonoMs);
  return resourceVersion;
}

/** Items of typed lists carry neither kind nor apiVersion, unlike the objects of a watch. */
function objectsIn(list: Json): readonly JsonObject[] {
  const kind = stringOf(memberOf(list, 'kind'))?.replace(/List$/, '');
  const apiVersion = stringOf(memberOf(list, 'apiVersion'));
  return (listOf(memberOf(list, 'items')) ?? []).flatMap((item) => {
    const object = objectOf(item);
    if (object === undefined) return [];
    return [{ ...(kind !== undefined && { kind }), ...(apiVersion !== undefined && { apiVersion }), ...object }];
  });
}

interface Watched {
  /** Where to go on; undefined where the server no longer has it. */
  readonly from: string | undefined;
  readonly heard: boolean;
}

/** Watches until the stream ends, says that its version is too old, or is silent for too long. */
async function watchOnce(following: Following, since: string): Promise<Watched> {
  const { ctx, server, url, idleMs, memory, take } = following;
  const watch = new URL(url);
  watch.searchParams.set('watch', '1');
  watch.searchParams.set('resourceVersion', since);
  watch.searchParams.set('allowWatchBookmarks', 'true');
  const response = await openStream(ctx, server, watch);
  let from: string | undefined = since;
  let heard = false;
  let failure: ApiError | undefined;

  const lines = newLineSplitter(
    {
      refuse: ctx.refuse,
      deliver({ bytes, arrivedMonoMs }) {
        if (from === undefined || failure !== undefined) return;
        const event = readLine(bytes);
        if (event === undefined) {
          ctx.refuse('a line of a watch that is no event', bytes.subarray(0, 4096));
          return;
        }
        if (event.type === 'ERROR') {
          const code = numberOf(memberOf(event.object, 'code')) ?? 0;
          if (code === 410) from = undefined;
          else failure = new ApiError(code, stringOf(memberOf(event.object, 'message')) ?? 'an error without message');
          response.destroy();
          return;
        }
        heard = true;
        from = stringOf(memberOf(event.object, 'metadata', 'resourceVersion')) ?? from;
        if (event.type === 'BOOKMARK') return;
        const change = memory.changed(event.type, event.object);
        if (change !== undefined) take(change, arrivedMonoMs);
      },
    },
    longestLine,
  );
  await readUntilSilent(response, { ctx, idleMs, take: (bytes) => lines.take(bytes, ctx.clock.monoMs()) });
  if (failure !== undefined) throw failure;
  return { from, heard };
}

const longestLine = 10 * 1024 * 1024;

interface Line {
  readonly type: WatchEvent['type'] | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

const types: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

function readLine(bytes: Uint8Array): Line | undefined {
  const parsed = parseJson(textOf(bytes));
  const event = 'value' in parsed ? parsed.value : undefined;
  const type = stringOf(memberOf(event, 'type'));
  const object = objectOf(memberOf(event, 'object'));
  return type === undefined || !types.has(type) || object === undefined
    ? undefined
    : { type: type as Line['type'], object };
}

interface Reading {
  readonly ctx: Following['ctx'];
  readonly idleMs: number;
  readonly take: (bytes: Uint8Array) => void;
}

/** Resolves when the stream ends in whatever way: what it had not said yet, the next one says. */
async function readUntilSilent(response: IncomingMessage, { ctx, idleMs, take }: Reading): Promise<void> {
  if (response.destroyed) return;
  const done = new AbortController();
  let heardMonoMs = ctx.clock.monoMs();
  const silence = (async () => {
    for (let leftMs = idleMs; leftMs > 0; leftMs = heardMonoMs + idleMs - ctx.clock.monoMs())
      if (
        await ctx.clock.sleep(leftMs, done.signal).then(
          () => false,
          () => true,
        )
      )
        return;
    response.destroy(new DeadlineError(idleMs));
  })();
  await new Promise<void>((resolve) => {
    response.on('data', (bytes: Uint8Array) => {
      heardMonoMs = ctx.clock.monoMs();
      take(bytes);
    });
    response.on('error', (error) => {
      if (!ctx.signal.aborted) ctx.log(`A watch ended early: ${error.message}`);
    });
    response.on('close', resolve);
  });
  done.abort();
  await silence;
}
