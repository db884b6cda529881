import { CallError, type CallErrorKind } from '../../model/call.ts';
import type { HttpAnswer } from './clients.ts';

/** Says how an answer went wrong; undefined for 2xx. A redirect is not followed, so it did not do what was asked. */
export function kindOfStatus(status: number): CallErrorKind | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 401 || status === 403) return 'denied';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429) return 'throttled';
  // Whoever answers for another says nothing of what that one did.
  if (status === 502 || status === 504) return 'unanswered';
  return status >= 400 && status < 500 ? 'invalid' : 'failed';
}

/** Turns an answer into the error that it is. The body is shown in part: services put their reasons there. */
export function errorOfAnswer(action: string, kind: CallErrorKind, answer: HttpAnswer): CallError {
  const code = `http-${answer.status}`;
  const said = answer.text.replaceAll(/\s+/g, ' ').slice(0, 200);
  const message = `${action} was answered HTTP ${answer.status}${said === '' ? '' : `: ${said}`}`;
  const retryAfterMs = kind === 'throttled' ? secondsIn(answer.headers['retry-after']) : undefined;
  const requestId = answer.headers['x-request-id'];
  const denial = {
    action,
    code,
    message: said,
    httpStatus: answer.status,
    ...(requestId === undefined ? {} : { requestId }),
  };
  return new CallError(kind, code, message, {
    ...(kind === 'denied' ? { denial } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** No address, no listener, no trusted certificate: the request cannot have arrived. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/** Tells a request that cannot have arrived from one that nobody answered. */
export function errorWithoutAnswer(action: string, error: unknown): CallError {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message || code : String(error);
  return neverSent.test(code)
    ? new CallError('failed', code, `${action} was not sent: ${text}`, { cause: error })
    : new CallError('unanswered', code, `${action} was sent and not answered: ${text}`, { cause: error });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return 'Unknown';
}

function secondsIn(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text === undefined || !Number.isFinite(seconds) ? undefined : seconds * 1000;
}
