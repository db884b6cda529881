import type { Json } from '../../model/json.ts';
import { errorOfAnswer, kindOfStatus } from '../../targets/http/call-error.ts';
import type { HttpAnswer, HttpClients, HttpRequest } from '../../targets/http/clients.ts';
import { type CallFate, failure, type ObservedCall } from './unreliable-aws.ts';

interface Stored {
  readonly body: Json;
  readonly generation: number;
}

/** JSON documents behind URLs: GET, PUT with If-Match, POST that picks an id, DELETE. */
export class FakeHttp {
  readonly documents = new Map<string, Stored>();
  #created = 0;

  clients(): HttpClients {
    const ask = async (request: HttpRequest, signal: AbortSignal) => {
      signal.throwIfAborted();
      return this.#answer(request);
    };
    return {
      ask,
      send: async (request, signal) => {
        const answer = await ask(request, signal);
        const kind = kindOfStatus(answer.status);
        if (kind !== undefined) throw errorOfAnswer(actionOf(request), kind, answer);
        return answer;
      },
      traffic: (request) => ({
        send: () => ({ status: Promise.resolve(this.#answer(request).status), abandon: () => undefined }),
        close: () => undefined,
      }),
      browser: async () => ({ status: 'absent', reason: 'a fake has none' }),
    };
  }

  put(url: string, body: Json): void {
    this.documents.set(url, { body, generation: (this.documents.get(url)?.generation ?? 0) + 1 });
  }

  #answer({ method, url, headers = {}, body = null }: HttpRequest): HttpAnswer {
    const stored = this.documents.get(url);
    if (method === 'POST') {
      const id = `n${++this.#created}`;
      this.put(`${url}/${id}`, body);
      return answer(201, { id });
    }
    if (method === 'PUT') {
      if (!matches(headers, stored)) return answer(412, { error: 'another generation' });
      this.put(url, body);
      return answer(200, body, this.documents.get(url));
    }
    if (stored === undefined) {
      const below = [...this.documents].filter(([one]) => one.startsWith(`${url}/`));
      return below.length === 0
        ? answer(404, { error: 'not there' })
        : answer(200, Object.fromEntries(below.map(([one, { body: of }]) => [one.slice(url.length + 1), of])));
    }
    if (method === 'DELETE') {
      this.documents.delete(url);
      return answer(204, null);
    }
    return answer(200, stored.body, stored);
  }
}

/** Lets `decide` choose the fate of each request; it may also act before answering. */
export function unreliableHttp(
  clients: HttpClients,
  decide: (call: ObservedCall) => CallFate | Promise<CallFate>,
): HttpClients {
  let n = 0;
  const through = async (
    request: HttpRequest,
    signal: AbortSignal,
    act: () => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> => {
    signal.throwIfAborted();
    const action = actionOf(request);
    const fate = await decide({ n: ++n, action, mutating: request.method !== 'GET' });
    if (fate === 'proceed') return act();
    // Whatever the answer was, good or bad, it is lost.
    if (fate === 'unanswered-after-acting') await Promise.allSettled([act()]);
    throw failure(fate, action);
  };
  return {
    ...clients,
    ask: (request, signal) => through(request, signal, () => clients.ask(request, signal)),
    send: (request, signal) => through(request, signal, () => clients.send(request, signal)),
  };
}

function actionOf({ method, url }: HttpRequest): string {
  return `${method} ${url.split(/[?#]/)[0]}`;
}

function matches(headers: Readonly<Record<string, string>>, stored: Stored | undefined): boolean {
  const wanted = Object.entries(headers).find(([name]) => name.toLowerCase() === 'if-match')?.[1];
  return wanted === undefined || wanted === `"${stored?.generation}"`;
}

function answer(status: number, body: Json, stored?: Stored): HttpAnswer {
  const headers: Record<string, string> = stored === undefined ? {} : { etag: `"${stored.generation}"` };
  return { status, headers, text: JSON.stringify(body) };
}
