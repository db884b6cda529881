/** Picks up to three known names that the typed one may have meant, best first; none where all are too far off. */
export function nearest(typed: string, known: Iterable<string>): readonly string[] {
  const ranked = ranking(typed, known);
  const best = ranked[0]?.off ?? 0;
  return ranked
    .filter(({ off }) => off <= Math.max(2, Math.min(typed.length, longest) / 3) && off <= best + 1)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Ends a sentence with names that may have been meant, all of a few, or the least far: `; did you mean 'posture'?` */
export function suggestion(typed: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(typed, names);
  const quoted = (list: readonly string[]) => list.map((name) => `'${name}'`).join(' or ');
  if (near.length > 0) return `; did you mean ${quoted(near)}?`;
  if (names.length === 0) return '; none is known.';
  if (names.length <= few) return `; known: ${names.sort().join(', ')}.`;
  const least = ranking(typed, names).slice(0, 3);
  return `; ${names.length} are known, the nearest are ${least.map(({ name }) => name).join(', ')}.`;
}

/** All known names, the least far from the typed one first. */
function ranking(typed: string, known: Iterable<string>): readonly { readonly name: string; readonly off: number }[] {
  const wanted = typed.slice(0, longest).toLowerCase();
  return [...known]
    .map((name) => ({ name, off: offness(wanted, name.slice(0, longest).toLowerCase()) }))
    .sort((a, b) => a.off - b.off || (a.name < b.name ? -1 : 1));
}

const longest = 100;
const few = 12;

/** Edits between two names; one that begins or ends like the other is never far off. */
function offness(typed: string, name: string): number {
  const edits = editDistance(typed, name);
  const isPart = typed.length >= 3 && (name.startsWith(typed) || name.endsWith(typed));
  return isPart ? Math.min(edits, 2) : edits;
}

/** Counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let older: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const row = [line];
    for (let column = 1; column <= to.length; column++) {
      const same = from[line - 1] === to[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (row[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      if (line > 1 && column > 1 && swapped) best = Math.min(best, (older[column - 2] ?? 0) + 1);
      row.push(best);
    }
    older = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
