import { CallError, type CallErrorKind, type Denial } from '../../model/call.ts';
import { WindshearError } from '../../model/errors.ts';

export interface FailedCall {
  readonly action: string;
  /** Whether the request had left when it went wrong. */
  readonly left: boolean;
}

/** Says in our words what an SDK threw; errors that are ours already stay as they are. */
export function toCallError(error: unknown, call: FailedCall): Error {
  if (error instanceof CallError || error instanceof WindshearError) return error;
  if (!(error instanceof Error)) return new CallError('failed', 'Unknown', `${call.action} failed: ${String(error)}`);
  const answer = answerOf(error);
  if (answer.httpStatus === undefined) return withoutAnswer(error, call);
  const status = `HTTP ${answer.httpStatus}`;
  if (error.message.includes('Deserialization error')) {
    const type = answer.headers['content-type'];
    const what = `${status}${type === undefined ? '' : `, ${type}`}`;
    const message = `${call.action} got an answer that is none of AWS (${what}): is the endpoint that of another service?`;
    return new CallError(answer.httpStatus < 300 ? 'unanswered' : 'failed', 'NoAwsAnswer', message, { cause: error });
  }
  const code = codeOf(error);
  const kind = kindOf(code, answer.httpStatus);
  const message = `${call.action} was answered ${code} (${status}): ${error.message}`;
  const retryAfterMs = kind === 'throttled' ? retryAfter(answer.headers) : undefined;
  const denial: Denial | undefined =
    kind === 'denied' ? denialOf(call.action, code, { message: error.message, ...answer }) : undefined;
  return new CallError(kind, code, message, {
    ...(denial === undefined ? {} : { denial }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: error,
  });
}

interface Answer {
  readonly httpStatus?: number;
  readonly requestId?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads what every exception of the SDK carries: `$metadata`, and `$response` with the raw headers. */
function answerOf(error: Error): Answer {
  const metadata = fieldOf(error, '$metadata');
  const response = fieldOf(error, '$response');
  const status = fieldOf(metadata, 'httpStatusCode') ?? fieldOf(response, 'statusCode');
  const requestId = fieldOf(metadata, 'requestId');
  const headers = fieldOf(response, 'headers');
  return {
    ...(typeof status === 'number' ? { httpStatus: status } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, string>) : {},
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** The wire's own code where the SDK keeps it (`NoSuchEntity`), else the exception's name, which may differ from it. */
function codeOf(error: Error): string {
  const code = fieldOf(error, 'Code');
  return typeof code === 'string' && code !== '' ? code : error.name;
}

/** No address, no listener, no trusted certificate: the request cannot have arrived. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

function withoutAnswer(error: Error, { action, left }: FailedCall): CallError {
  const systemCode = fieldOf(error, 'code');
  const code = typeof systemCode === 'string' ? systemCode : error.name;
  if (!left || neverSent.test(code)) {
    return new CallError('failed', code, `${action} was not sent: ${error.message || code}`, { cause: error });
  }
  return new CallError('unanswered', code, `${action} was sent and not answered: ${error.message || code}`, {
    cause: error,
  });
}

function kindOf(code: string, status: number): CallErrorKind {
  if (throttling.has(code) || status === 429) return 'throttled';
  if (badCredentials.has(code)) return 'failed';
  if (denials.has(code)) return 'denied';
  if (conflicts.has(code) || status === 412) return 'conflict';
  if (/^NoSuch|NotFound|DoesNotExist|NonExistent/.test(code) || status === 404) return 'not-found';
  if (status === 403) return 'denied';
  if (status === 502 || status === 504) return 'unanswered';
  if (status < 300) return 'unanswered';
  if (status < 400 || status >= 500) return 'failed';
  return /LimitExceeded/.test(code) ? 'failed' : 'invalid';
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html (throttling errors). */
const throttling = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html; a policy refused nothing here. */
const badCredentials = new Set([
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the services' own lists. */
const denials = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'Client.UnauthorizedOperation',
  'ForbiddenException',
  'NotAuthorized',
  'NotAuthorizedException',
  'UnauthorizedOperation',
]);

const conflicts = new Set([
  'ConcurrentModification',
  'ConcurrentModificationException',
  'ConditionalRequestConflict',
  'ConflictException',
  'DeleteConflict',
  'EntityAlreadyExists',
  'OperationAborted',
  'PreconditionFailed',
  'PreconditionFailedException',
  'ResourceConflictException',
  'ResourceInUseException',
]);

function retryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const seconds = Number(headers['retry-after']);
  return headers['retry-after'] === undefined || !Number.isFinite(seconds) ? undefined : seconds * 1000;
}

function denialOf(action: string, code: string, answer: Answer & { readonly message: string }): Denial {
  const resource = /on resource: "?([^\s"]+)"?/.exec(answer.message)?.[1];
  return {
    action,
    code,
    message: answer.message,
    ...(answer.httpStatus === undefined ? {} : { httpStatus: answer.httpStatus }),
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
    ...(resource === undefined ? {} : { resource }),
  };
}
