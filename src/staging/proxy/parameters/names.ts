/** Writes a member's name as records do: CloudTrail lowers the first letter, whatever follows. */
export function recordName(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}

export type Tree = { [key: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a scalar that travelled as text as what its shape says it is. */
export function scalar(type: string | undefined, text: string): unknown {
  if (type === 'boolean') return text === 'true';
  const numeric = type === 'integer' || type === 'long' || type === 'float' || type === 'double';
  return numeric && Number.isSafeInteger(Number(text)) && text !== '' ? Number(text) : text;
}
