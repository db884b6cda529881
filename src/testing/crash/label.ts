import { basename } from 'node:path';

interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly of?: number;
  readonly role?: string;
  readonly index?: number;
}

/**
 * Makes a namer of durable writes, alike in every run of a scenario: what is done, to which kind of file, and which
 * entries a journal gains (`fault 0 intent`).
 */
export function stepNamer(): (act: string, path: string, bytes?: Uint8Array) => string {
  const injections = new Map<number, string>();
  const nameOf = (entry: Entry) => {
    if (entry.kind === 'intent') injections.set(entry.seq, `${entry.role} ${entry.index}`);
    const injection = injections.get(entry.of ?? entry.seq);
    return injection === undefined ? entry.kind : `${injection} ${entry.kind}`;
  };
  return (act, path, bytes) => {
    const file = basename(path)
      .replace(/\d{8}-\d{6}-[a-z]{6}/g, '<run>')
      .replace(/^embedded-\d+\.lock/, 'embedded.lock');
    if (bytes === undefined || file !== 'journal.jsonl') return `${act} ${file}`;
    const lines = new TextDecoder().decode(bytes).trim().split('\n');
    return `journal: ${lines.map((line) => nameOf(JSON.parse(line) as Entry)).join(' + ')}`;
  };
}
