/** The globs of stories end in a star or have none. */
export function ruleFits(glob: string, rule: string): boolean {
  return glob.endsWith('*') ? rule.startsWith(glob.slice(0, -1)) : rule === glob;
}
