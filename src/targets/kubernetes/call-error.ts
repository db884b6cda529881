import { CallError, type CallErrorKind, type Denial } from '../../model/call.ts';
import { actionOf, type SentRequest } from './request-path.ts';

/** What an API server (or a proxy before it) answered. */
export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Turns a refusal into a `CallError`; the message of the server's Status stands in it word for word. */
export function answerError(request: SentRequest, answer: ServerAnswer): CallError {
  const status = readStatus(answer);
  const kind = kindOf(request, answer.status, status);
  const action = actionOf(request);
  const message = `${action} was answered ${status.code} (HTTP ${answer.status}): ${status.message}`;
  const retryAfterMs = kind === 'throttled' ? retryAfter(answer, status) : undefined;
  const denial = kind === 'denied' ? denialOf(request, answer, status) : undefined;
  return new CallError(kind, status.code, message, {
    ...(denial === undefined ? {} : { denial }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Says of a request without an answer whether it may have taken effect. */
export function transportError(request: SentRequest, error: unknown, left: boolean): CallError {
  const action = actionOf(request);
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'NoAnswer';
  const said = text === '' ? code : text;
  return left
    ? new CallError('unanswered', code, `${action} was sent and not answered: ${said}`, { cause: error })
    : new CallError('failed', code, `${action} was not sent: ${said}`, { cause: error });
}

/** The parts of a Status object that we read. */
interface Status {
  /** `Forbidden`; `HTTP403` where the reason is missing or, as with older Gatekeepers, the message itself. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function readStatus({ status, text }: ServerAnswer): Status {
  const parsed = parseJson(text);
  const own = (name: string) => fieldOf(parsed, name);
  const reason = own('reason');
  const message = own('message');
  const seconds = fieldOf(own('details'), 'retryAfterSeconds');
  return {
    code: typeof reason === 'string' && /^[A-Z][A-Za-z]*$/.test(reason) ? reason : `HTTP${status}`,
    message: typeof message === 'string' && message !== '' ? message : text.slice(0, 500) || 'no reason given',
    ...(typeof seconds === 'number' ? { retryAfterSeconds: seconds } : {}),
  };
}

/**
 * Admission may refuse under any status that its policy or webhook chose, so its words go first: `failed calling
 * webhook` is a webhook that is down and fails closed, which refused the change all the same.
 */
const admissionWords =
  /admission webhook ".+" denied the request|ValidatingAdmissionPolicy '.+' with binding '.+' denied request|failed calling webhook "/;

/** What the server says of a JSON Patch whose `test` did not hold or whose path was not there: it names no reason. */
const patchWords = /^the server rejected our request due to an error in our request/;

/** etcd gave up waiting; the write may be in all the same. */
const storeWords = /etcdserver: (request timed out|leader changed)|context deadline exceeded/;

function kindOf(request: SentRequest, status: number, { message }: Status): CallErrorKind {
  if (admissionWords.test(message)) return 'denied';
  if (status === 403) return 'denied';
  if (status === 404) return 'not-found';
  if (status === 429) return 'throttled';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 422 && Array.isArray(request.body) && patchWords.test(message)) return 'conflict';
  if (status === 502 || status === 504 || (status >= 500 && storeWords.test(message))) return 'unanswered';
  // 401: bad credentials, a policy refused nothing; 410: a list's continue token is too old.
  if (status === 401 || status === 410 || status >= 500 || status < 400) return 'failed';
  return 'invalid';
}

function retryAfter({ headers }: ServerAnswer, { retryAfterSeconds }: Status): number | undefined {
  const header = headers['retry-after'];
  const seconds = typeof header === 'string' && header !== '' ? Number(header) : Number.NaN;
  if (Number.isFinite(seconds)) return seconds * 1000;
  return retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000;
}

function denialOf(request: SentRequest, { status, headers }: ServerAnswer, { code, message }: Status): Denial {
  const auditId = headers['audit-id'];
  const { of, namespace, name } = request;
  const where = [of.resource, ...(namespace === undefined ? [] : [namespace]), nameIn(request) ?? name ?? '*'];
  return {
    action: actionOf(request),
    code,
    message,
    httpStatus: status,
    ...(typeof auditId === 'string' ? { requestId: auditId } : {}),
    resource: where.join('/'),
  };
}

function nameIn({ verb, body }: SentRequest): string | undefined {
  const name = verb === 'create' ? fieldOf(fieldOf(body, 'metadata'), 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Proxies answer pages, not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
