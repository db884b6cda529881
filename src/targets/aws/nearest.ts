/** Picks up to three known names that are closest to what was typed, best first. */
export function nearest(typed: string, known: readonly string[]): readonly string[] {
  const ranked = known.map((name) => ({ name, distance: distance(typed.toLowerCase(), name.toLowerCase()) }));
  ranked.sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
  return ranked.slice(0, 3).map(({ name }) => name);
}

/** Counts the edits (insert, delete, replace) between two texts. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
