/**
 * Shortens a text that is longer than a limit, and says how many characters are left out. Beginning and end stay, since
 * our own sentence stands before and after what somebody else said.
 */
export function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const keptEnd = Math.floor(longest / 4);
  const head = text.slice(0, longest - keptEnd).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(-keptEnd).replace(/^[\udc00-\udfff]/, '');
  return `${head} … [${text.length - head.length - tail.length} characters cut] … ${tail}`;
}
