export interface ProcessCommand {
  /** An allowed program by absolute path, and its arguments; there is no shell. */
  readonly argv: readonly [string, ...string[]];
  /** On top of what the environment lets through. */
  readonly env?: Readonly<Record<string, string>>;
  /** Goes to stdin, which is empty otherwise. */
  readonly input?: string;
  readonly cwd?: string;
  /** The program's whole group is ended after it. */
  readonly timeoutMs: number;
  /** Says that it changes something, so that t0 and budgets know it. */
  readonly mutating: boolean;
}

export interface ProcessResult {
  /** Absent where a signal ended it. */
  readonly exitCode?: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program under way, with a process group of its own. */
export interface RunningProcess {
  readonly ended: Promise<ProcessResult>;
  /** Asks the program to end by a signal, and ends its whole group where it has not within `graceMs`. */
  readonly stop: (signal: 'SIGINT' | 'SIGTERM', graceMs: number) => Promise<ProcessResult>;
}

/** A folder for the files of programs; only its owner may look into it. */
export interface Scratch {
  readonly path: string;
  readonly write: (name: string, text: string) => Promise<string>;
  /** Undefined where there is no such file. */
  readonly read: (name: string) => Promise<string | undefined>;
  readonly remove: () => Promise<void>;
}

/** A folder that outlives the run. */
export interface Cache extends Scratch {
  /** Lets a program be run that listed programs have built here. Undefined where there is none of that name. */
  readonly program: (name: string) => Promise<string | undefined>;
  readonly rename: (from: string, to: string) => Promise<void>;
}

/** What faults and loads run programs through: only those that the environment lists. */
export interface ProcessClients {
  /** Runs to the end, whatever the exit code. Throws `CallError` where it did not start, did not end in time or was aborted. */
  readonly run: (command: ProcessCommand, signal: AbortSignal) => Promise<ProcessResult>;
  /** Starts and does not wait; the signal ends the group. */
  readonly start: (command: ProcessCommand, signal: AbortSignal) => Promise<RunningProcess>;
  readonly scratch: () => Promise<Scratch>;
  /** A folder that outlives the run, for what takes minutes to build. */
  readonly cache: (name: string) => Promise<Cache>;
  /** The listed program of that name, such as `k6`, as an absolute path that can be run. */
  readonly find: (name: string) => Promise<string | undefined>;
}
