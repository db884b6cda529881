import type { Dice } from '../../src/testing/simulator/dice.ts';

const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ':',
    ': ',
    ',',
    '- ',
    '? ',
    '|',
    '>-',
    '#',
    '&a ',
    '*a',
    '*a ',
    '<<: *a\n',
    '!!binary ',
    '!x ',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
  ],
  ...[
    '\n',
    '\r',
    '\r\n',
    '\t',
    '  ',
    '\u0000',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\\',
    '\\u',
    '\\ud800',
    '1e999',
    '-',
    '.',
    '12345678901234567890',
    'null',
    'NaN',
  ],
];

/** Tears, doubles, swaps and changes pieces of a text, line by line and letter by letter. */
export function spoilText(dice: Dice, text: string): string {
  let spoilt = text;
  for (let changes = dice.integer(1, 3); changes > 0; changes--) spoilt = spoilOnce(dice, spoilt);
  return spoilt;
}

/** Changes bytes, so that what comes may be no text at all. */
export function spoilBytes(dice: Dice, bytes: Uint8Array): Uint8Array {
  const from = dice.integer(0, bytes.length);
  const to = dice.chance(0.5) ? from : dice.integer(from, Math.min(bytes.length, from + 20));
  const put = Uint8Array.from({ length: dice.integer(0, 4) }, () => dice.integer(0, 255));
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
}

function spoilOnce(dice: Dice, text: string): string {
  const lines = text.split('\n');
  const line = dice.integer(0, lines.length - 1);
  const at = dice.integer(0, text.length);
  const to = dice.integer(at, Math.min(text.length, at + 30));
  return dice.weigh<() => string>([
    [3, () => `${text.slice(0, at)}${dice.pick(tokens)}${text.slice(at)}`],
    [2, () => `${text.slice(0, at)}${text.slice(to)}`],
    [1, () => text.slice(0, at)],
    [1, () => `${text.slice(0, to)}${text.slice(at, to)}${text.slice(to)}`],
    [1, () => lines.toSpliced(line, 1).join('\n')],
    [1, () => lines.toSpliced(line, 0, lines[line] ?? '').join('\n')],
    [1, () => lines.with(line, `${' '.repeat(dice.integer(0, 6))}${lines[line]?.trimStart()}`).join('\n')],
    [1, () => lines.with(line, lines[dice.integer(0, lines.length - 1)] ?? '').join('\n')],
    [0.2, () => `${text.slice(0, at)}${dice.pick(tokens).repeat(dice.integer(1, 500))}${text.slice(at)}`],
    [0.5, () => `${text}\n${text}`],
  ])();
}
