import { execa } from 'execa';
import { CallError, type CallRecord } from '../../model/call.ts';
import type { Clock } from '../../model/clock.ts';
import { formatDuration } from '../../model/duration.ts';
import { RefusedError } from '../../model/errors.ts';
import type { Marker, Phase } from '../../model/marker.ts';
import type { NoteProgram } from '../../model/program.ts';
import type { ProcessCommand, ProcessResult, RunningProcess } from './clients.ts';
import { gated } from './gate.ts';

export interface ProcessSettings {
  /** What may be run; programs that were built by these are added to it. */
  readonly executables: ReadonlySet<string>;
  /** All that programs get to see of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** `ws….i`, for programs that can carry it; in `WINDSHEAR_MARKER`. */
  readonly marker: string;
  readonly phase: Phase;
  readonly trial: Marker;
  /** Where programs are written down; absent where they are not. */
  readonly note: () => NoteProgram | undefined;
  readonly startOf: (pid: number) => Promise<string | undefined>;
  readonly graceMs: number;
  readonly clock: Clock;
}

export interface Processes {
  readonly run: (command: ProcessCommand, signal: AbortSignal) => Promise<ProcessResult>;
  readonly start: (command: ProcessCommand, signal: AbortSignal) => Promise<RunningProcess>;
  readonly calls: () => readonly CallRecord[];
  /** Ends every group that is still there. */
  readonly close: () => Promise<void>;
}

const longestOutputBytes = 4 * 1024 * 1024;

/** Runs programs without a shell, each in a process group of its own, so that nothing of it is left behind. */
export function openProcesses(settings: ProcessSettings): Processes {
  const records: MutableRecord[] = [];
  const underWay = new Set<RunningProcess>();

  async function start(command: ProcessCommand, signal: AbortSignal): Promise<RunningProcess> {
    return begin(command, signal, settings.note());
  }

  async function begin(
    command: ProcessCommand,
    signal: AbortSignal,
    note: NoteProgram | undefined,
  ): Promise<RunningProcess> {
    const [file, ...args] = command.argv;
    if (!settings.executables.has(file)) {
      const listed = [...settings.executables].join(', ') || 'none';
      throw new RefusedError(
        'not-allowed',
        `Program '${file}' was not run: targets.process.executables lists ${listed}.`,
      );
    }
    signal.throwIfAborted();
    const record: MutableRecord = {
      phase: settings.phase,
      action: `exec ${file}`,
      mutating: command.mutating,
      sentMonoMs: settings.clock.monoMs(),
      outcome: 'in-flight',
    };
    const noted = Promise.withResolvers<boolean>();
    const gate = note === undefined ? undefined : gated(command.argv, noted.promise);
    const stdin = command.input === undefined ? 'ignore' : 'pipe';
    const child = execa(gate?.file ?? file, gate?.args ?? args, {
      shell: false,
      detached: true,
      cleanup: false,
      extendEnv: false,
      env: { ...settings.env, WINDSHEAR_MARKER: settings.marker, ...command.env },
      stdio: [stdin, 'pipe', 'pipe', ...(gate?.stdio ?? [])],
      ...(command.input === undefined ? {} : { input: command.input }),
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      maxBuffer: longestOutputBytes,
      reject: false,
      stripFinalNewline: false,
    });
    const { pid } = child;
    if (pid === undefined) {
      const { shortMessage } = await child;
      throw new CallError('failed', 'NotStarted', `Program '${file}' could not be started: ${shortMessage}`);
    }
    if (note !== undefined) {
      try {
        await writeDown(note, { pid, file });
      } catch (error) {
        // What is in must be taken back even where that can no longer be written down.
        if (settings.phase !== 'revert') {
          noted.resolve(false);
          await child;
          throw error;
        }
      }
      record.sentMonoMs = settings.clock.monoMs();
    }
    records.push(record);
    noted.resolve(true);
    // Its children may hold the pipes open: they end with it.
    child.nodeChildProcess.once('exit', () => killGroup(pid));
    const ended = child.then((result): ProcessResult => {
      record.outcome = result.exitCode === undefined ? 'unanswered' : result.exitCode === 0 ? 'acknowledged' : 'failed';
      record.answeredMonoMs = settings.clock.monoMs();
      return {
        ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
        ...(result.signal === undefined ? {} : { signal: result.signal }),
        stdout: String(result.stdout ?? ''),
        stderr: String(result.stderr ?? ''),
      };
    });

    let isOver = false;
    const running: RunningProcess = {
      ended,
      stop: async (how, graceMs) => {
        if (!isOver) sendTo(pid, how);
        const forced = new AbortController();
        const force = settings.clock.sleep(graceMs, forced.signal).then(
          () => killGroup(pid),
          (reason: unknown) => {
            if (!forced.signal.aborted) throw reason;
          },
        );
        const result = await ended;
        forced.abort();
        await force;
        return result;
      },
    };
    underWay.add(running);
    const abort = () => void running.stop('SIGTERM', settings.graceMs);
    signal.addEventListener('abort', abort, { once: true });
    void ended.then(() => {
      isOver = true;
      underWay.delete(running);
      signal.removeEventListener('abort', abort);
    });
    return running;
  }

  async function writeDown(note: NoteProgram, { pid, file }: { pid: number; file: string }): Promise<void> {
    const startedAt = await settings.startOf(pid);
    // Gone already: nothing was done.
    if (startedAt !== undefined) await note({ marker: settings.trial, program: file, pid, startedAt });
  }

  return {
    start,
    run: async (command, signal) => {
      // What only reads, and is waited for, is read again and again, and ends by itself.
      const running = await begin(command, signal, command.mutating ? settings.note() : undefined);
      const done = new AbortController();
      let isLate = false;
      const limit = settings.clock.sleep(command.timeoutMs, done.signal).then(
        async () => {
          isLate = true;
          await running.stop('SIGTERM', settings.graceMs);
        },
        (reason: unknown) => {
          if (!done.signal.aborted) throw reason;
        },
      );
      const result = await running.ended;
      done.abort();
      await limit;
      const file = command.argv[0];
      if (signal.aborted) {
        throw new CallError('unanswered', 'Aborted', `Program '${file}' was ended before it was done.`, {
          cause: signal.reason,
        });
      }
      if (isLate) {
        throw new CallError(
          'unanswered',
          'TimedOut',
          `Program '${file}' was not done after ${formatDuration(command.timeoutMs)}, and was ended.`,
        );
      }
      return result;
    },
    calls: () => records.map((record) => ({ ...record })),
    close: async () => {
      await Promise.all([...underWay].map((running) => running.stop('SIGTERM', settings.graceMs)));
    },
  };
}

type MutableRecord = { -readonly [Field in keyof CallRecord]: CallRecord[Field] };

function sendTo(pid: number, signal: NodeJS.Signals): void {
  ignoringAbsence(() => process.kill(pid, signal));
}

function killGroup(pid: number): void {
  ignoringAbsence(() => process.kill(-pid, 'SIGKILL'));
}

function ignoringAbsence(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
