import type { Dice } from '../../src/testing/simulator/dice.ts';

const depth = 200;

/** Draws a value of any type, with all that programs trip over more often than chance would bring it. */
export function oddValue(dice: Dice): unknown {
  return dice.weigh<() => unknown>([
    [6, () => structuredClone(dice.pick(plain))],
    [6, () => dice.pick(texts)],
    [2, () => ({ [dice.pick(oddKeys)]: structuredClone(dice.pick(plain)) })],
    [1, () => Array.from({ length: dice.integer(0, 4) }, () => structuredClone(dice.pick(plain)))],
    [0.3, () => dice.pick(texts).repeat(dice.integer(1, 2000))],
    [0.2, () => nested(dice.pick([{}, [], 'x']), depth, dice.chance(0.5))],
    [0.1, () => Array.from({ length: 2000 }, () => structuredClone(dice.pick(plain)))],
  ])();
}

/** Keys that reach beyond an object where they are taken for plain ones. */
export const oddKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  '',
  '0',
  'length',
  '<<',
];

const plain = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  0.5,
  1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  '',
  [],
  {},
  [null],
  [[]],
  [{}],
  { constructor: { prototype: { polluted: 1 } } },
];

const texts = [
  ...[
    '4s',
    '0ms',
    '-1s',
    '4',
    '1e9h',
    '99999999999999999999h',
    '4 s',
    'NaN',
    'Infinity',
    '1e400',
    '-0',
    '0x10',
    '08',
    'null',
    'true',
    '~',
  ],
  ...[
    '2026-11-22T20:00:16Z',
    '2026-13-45T99:99:99Z',
    '0001-01-01T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '1795377616464',
    '12345678901234567890',
  ],
  ...[
    '*',
    '**',
    `${'*a'.repeat(30)}b`,
    '[',
    '(',
    '\\',
    '^$',
    'a'.repeat(3000),
    `${'a'.repeat(3000)}!`,
    `${'1.'.repeat(500)}`,
  ],
  ...[
    `\${env.x}`,
    `\${env.__proto__}`,
    `\${env.constructor.prototype}`,
    `\${staging.}`,
    '${',
    `\${env.\${env.x}}`,
    `\${marker}`,
    `\${HOME}`,
  ],
  ...[
    'arn:aws:s3:::',
    'arn:aws:iam::111122223333:role/',
    'arn:::::',
    'arn:aws:sts::1:assumed-role/a/b',
    'ns/',
    '/',
    '//',
    'a/b/c/d',
    ':',
    '@',
  ],
  ...[
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ud800',
    '\u2028',
    '\ufeff',
    '𝕏',
    '<NA>',
    '<script>',
    "' OR 1=1",
    '%00',
    '%',
    '\r\n',
    '\t',
    ' ',
  ],
  ...[
    'http://',
    'http://[::1',
    'http://127.0.0.1:99999/',
    'file:///etc/passwd',
    'javascript:1',
    'https://user:pass@h/',
    'wsabcdefghij23',
    'wsabcdefghij23.i',
  ],
  ...['{"a":1}', '[', '{"__proto__":{"polluted":1}}', 'IA==', '===', 'T1098.003', 'High', 'CRITICAL', '-', '—'],
] as const;

function nested(core: unknown, levels: number, inLists: boolean): unknown {
  let value = core;
  for (let level = 0; level < levels; level++) value = inLists ? [value] : { a: value };
  return value;
}
