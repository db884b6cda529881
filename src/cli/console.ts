/** What a command may touch of the process that it runs in. */
export interface Console {
  /** Results: what a pipe should get. */
  readonly out: (text: string) => void;
  /** Notices, progress and errors. */
  readonly err: (text: string) => void;
  readonly colour: boolean;
  readonly columns: number;
  /** Replaces the passing line, on a terminal only; an empty text takes it away. */
  readonly passing: ((text: string) => void) | undefined;
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
}

/**
 * Decides on colours: off for `--no-color`, `NO_COLOR` and `TERM=dumb`, on for `FORCE_COLOR`, else where a terminal is
 * (https://no-color.org).
 */
export function wantsColour(
  isTerminal: boolean,
  variables: Readonly<Record<string, string | undefined>>,
  option = true,
): boolean {
  const forced = variables['FORCE_COLOR'];
  if (!option || (variables['NO_COLOR'] ?? '') !== '' || variables['TERM'] === 'dumb') return false;
  return forced === undefined ? isTerminal : forced !== '0';
}
