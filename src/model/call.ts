import type { Phase } from './marker.ts';

/**
 * How a call to a target went wrong: `denied` by a policy or guardrail, `not-found`, `conflict` (a precondition did
 * not hold), `throttled`, `invalid`, `unanswered` (sent, and no answer came: it may have taken effect), `failed`.
 */
export type CallErrorKind = 'denied' | 'not-found' | 'conflict' | 'throttled' | 'invalid' | 'unanswered' | 'failed';

/** What a refusal said, as far as the answer tells; guardrail plugins attribute it. */
export interface Denial {
  /** `s3:PutBucketPolicy`, `create pods`. */
  readonly action: string;
  readonly code: string;
  readonly message: string;
  readonly httpStatus?: number;
  readonly requestId?: string;
  readonly resource?: string;
  /** The object whose controller was refused, where not our own request was: `Deployment/inference/api`. */
  readonly behind?: string;
}

/** Is thrown by every target client in place of its library's own errors. */
export class CallError extends Error {
  readonly kind: CallErrorKind;
  /** The provider's own code: `NoSuchBucketPolicy`, `AccessDenied`. */
  readonly code: string;
  readonly denial?: Denial;
  readonly retryAfterMs?: number;
  constructor(
    kind: CallErrorKind,
    code: string,
    message: string,
    more: { readonly denial?: Denial; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'CallError';
    this.kind = kind;
    this.code = code;
    if (more.denial !== undefined) this.denial = more.denial;
    if (more.retryAfterMs !== undefined) this.retryAfterMs = more.retryAfterMs;
  }
}

/** One request to a target as the recorder of its session saw it; `mutating` by the operation's kind. */
export interface CallRecord {
  readonly phase: Phase;
  /** `s3:PutBucketPolicy`. */
  readonly action: string;
  readonly mutating: boolean;
  readonly sentMonoMs: number;
  readonly answeredMonoMs?: number;
  readonly requestId?: string;
  readonly outcome: 'acknowledged' | CallErrorKind | 'in-flight';
}
