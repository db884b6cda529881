/** Puts text between `<!-- generated: <name> -->` and `<!-- end: <name> -->`; throws where the markers are missing. */
export function withGenerated(document: string, name: string, text: string): string {
  const start = `<!-- generated: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const from = document.indexOf(start);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The document has no '${start}' followed by '${end}'.`);
  return `${document.slice(0, from + start.length)}\n\n${text}\n\n${document.slice(to)}`;
}
