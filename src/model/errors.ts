/** Exit codes of the command line; where several apply the first of `exitPrecedence` wins. */
export const exitCodes = {
  met: 0,
  failed: 1,
  usage: 2,
  inconclusive: 3,
  refused: 4,
  unreachable: 5,
  dirty: 6,
  internal: 70,
  stopped: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitPrecedence: readonly ExitCode[] = [6, 70, 4, 130, 5, 1, 3, 2, 0];

/** Anything that ends a command with one sentence and a fixed exit code. */
export class WindshearError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  constructor(code: string, exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Is thrown for bad usage and for files that do not validate; nothing has been touched. */
export class UsageError extends WindshearError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', exitCodes.usage, message, options);
  }
}

/** Is thrown when a safety rule refuses: staging proof, lock, budget, rights, unfinished journals. */
export class RefusedError extends WindshearError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, exitCodes.refused, message, options);
  }
}

/** Is thrown, before anything is sent, when credentials turn out to be whose they were not: the whole run ends. */
export class OtherIdentityError extends RefusedError {}

/** Is thrown when nothing was injected because a target, or every channel in use, could not be reached. */
export class UnreachableError extends WindshearError {
  constructor(message: string, options?: ErrorOptions) {
    super('unreachable', exitCodes.unreachable, message, options);
  }
}
