/** A program that a run started; pid and start together name one process for ever, and the pid is its group too. */
export interface StartedProgram {
  /** Of the trial that it was started for. */
  readonly marker: string;
  /** Absolute path; arguments may be secret. */
  readonly program: string;
  readonly pid: number;
  /** As `OwnProcess` has it: compared as a whole, never read as a time. */
  readonly startedAt: string;
}

/** Writes a program down; it does nothing before that is done, and ends by itself where it never is. */
export type NoteProgram = (program: StartedProgram) => Promise<void>;

/** What became of a program that a dead run had started. */
export type ProgramEnd = 'gone' | 'ended' | 'still-there';

/** Ends exactly the process that had this pid and this start, with its group, and what it left of that. */
export type EndProgram = (program: Pick<StartedProgram, 'pid' | 'startedAt' | 'marker'>) => Promise<ProgramEnd>;
