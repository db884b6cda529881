import type { ChannelContext } from '../../model/detector.ts';
import { UnreachableError } from '../../model/errors.ts';
import { withDeadline } from './deadline.ts';

const answerWithinMs = 5000;

/**
 * Tells a tool our address by `PUT {"url": …}` and answers the way to take it back by DELETE. Rejects where the tool does
 * not take it; a DELETE that fails is only logged, since the tool may be gone by then.
 */
export async function announced(ctx: ChannelContext, at: string, address: string): Promise<() => Promise<void>> {
  const where = new URL(at).origin;
  try {
    await tell(ctx, ctx.signal, { method: 'PUT', at, address });
  } catch (error) {
    throw new UnreachableError(`Cannot announce the webhook's address at ${where}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return async () => {
    try {
      // The channel's own signal is aborted by now.
      await tell(ctx, new AbortController().signal, { method: 'DELETE', at, address });
    } catch (error) {
      ctx.log(`The webhook's address could not be taken back at ${where}: ${messageOf(error)}`);
    }
  };
}

interface Telling {
  readonly method: 'PUT' | 'DELETE';
  readonly at: string;
  readonly address: string;
}

async function tell(ctx: ChannelContext, signal: AbortSignal, { method, at, address }: Telling): Promise<void> {
  const status = await withDeadline({ clock: ctx.clock, signal, ms: answerWithinMs }, async (bounded) => {
    const response = await fetch(at, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: address }),
      redirect: 'error',
      signal: bounded,
    });
    await response.body?.cancel();
    return response.status;
  });
  if (status < 200 || status > 299) throw new Error(`it answered ${status}, expected 2xx`);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
