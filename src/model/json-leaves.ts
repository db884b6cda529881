/** An object or list of a JSON text. */
export interface JsonFrame {
  readonly parent: JsonFrame | undefined;
  /** The name that it has in its parent; empty in a list. */
  readonly key: string;
}

/** A value of a JSON text that is no object or list, and where it stands. */
export interface JsonLeaf {
  readonly frame: JsonFrame;
  /** Its name; in a list the list's own. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

interface OpenFrame extends JsonFrame {
  readonly parent: OpenFrame | undefined;
  readonly isList: boolean;
  /** The name that was read last; undefined where one comes next. */
  member: string | undefined;
}

export interface JsonLayout {
  /** The outer before the inner. */
  readonly frames: readonly JsonFrame[];
  readonly leaves: readonly JsonLeaf[];
}

/** Lays out a text that is known to be JSON, down to any depth; of a name that occurs twice each value is a leaf. */
export function layoutOf(text: string): JsonLayout {
  const frames: JsonFrame[] = [];
  const leaves: JsonLeaf[] = [];
  let frame: OpenFrame | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === code.brace || char === code.bracket) {
      frame = { parent: frame, key: frame?.member ?? '', isList: char === code.bracket, member: undefined };
      frames.push(frame);
    } else if (char === code.braceEnd || char === code.bracketEnd) {
      frame = frame?.parent;
    } else if (char === code.comma) {
      if (frame !== undefined) frame.member = undefined;
    } else if (frame !== undefined && char > code.space && char !== code.colon) {
      const end = char === code.quote ? endOfText(text, at) : endOfWord(text, at);
      if (frame.isList) leaves.push({ frame, key: frame.key, start: at, end });
      else if (frame.member === undefined) frame.member = nameAt(text, at, end);
      else leaves.push({ frame, key: frame.member, start: at, end });
      at = end - 1;
    }
  }
  return { frames, leaves };
}

const code = {
  ...{ space: 0x20, quote: 0x22, comma: 0x2c, colon: 0x3a, backslash: 0x5c },
  ...{ bracket: 0x5b, bracketEnd: 0x5d, brace: 0x7b, braceEnd: 0x7d },
} as const;

function nameAt(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end - 1);
  return name.includes('\\') ? String(JSON.parse(text.slice(start, end))) : name;
}

function endOfText(text: string, start: number): number {
  for (let end = start + 1; ; end++) {
    const char = text.charCodeAt(end);
    if (char === code.backslash) end++;
    else if (char === code.quote) return end + 1;
  }
}

function endOfWord(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char <= code.space || char === code.comma || char === code.braceEnd || char === code.bracketEnd) break;
  }
  return end;
}
