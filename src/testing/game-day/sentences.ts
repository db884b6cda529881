/** The lines that a person reads as the error, not as progress. */
export function sentences(stderr: string): readonly string[] {
  return stderr.split('\n').filter((line) => line.startsWith('windshear: '));
}

/** A text without the line breaks that fit it to a terminal. */
export function flat(printed: string): string {
  return printed.replaceAll(/\s+/g, ' ');
}
