/** A sentence as a part of another one. */
export function withoutFullStop(text: string): string {
  return text.replace(/\.$/, '');
}
