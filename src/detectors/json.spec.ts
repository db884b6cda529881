import { expect } from 'chai';
import fc from 'fast-check';
import { maxDepth, parseJson, textOf } from './json.ts';

function jsonOf(text: string): unknown {
  const parsed = parseJson(text);
  return 'value' in parsed ? parsed.value : parsed.problem;
}

describe('parseJson', () => {
  const exact: [string, unknown][] = [
    ['{"a":1795377616464550037}', { a: '1795377616464550037' }],
    ['{ "a" : -1795377616464550037 }', { a: '-1795377616464550037' }],
    ['{"a":\n 1795377616464550037\n}', { a: '1795377616464550037' }],
    ['{"a":9007199254740991}', { a: 9007199254740991 }],
    ['{"a":9007199254740993,"b":1}', { a: '9007199254740993', b: 1 }],
    ['[1795377616464550037,1]', ['1795377616464550037', 1]],
    ['1795377616464550037', '1795377616464550037'],
    ['{"a":[18446744073709551615]}', { a: ['18446744073709551615'] }],
    ['{"a:":1795377616464550037}', { 'a:': '1795377616464550037' }],
    ['{"":1795377616464550037}', { '': '1795377616464550037' }],
    ['{"a\\\\":1795377616464550037}', { 'a\\': '1795377616464550037' }],
    ['{"a":":1795377616464550037}"}', { a: ':1795377616464550037}' }],
    ['{"a":"\\":1795377616464550037,"}', { a: '":1795377616464550037,' }],
    ['{"a":"1795377616464550037"}', { a: '1795377616464550037' }],
    ['{"a":"x 1795377616464550037 "}', { a: 'x 1795377616464550037 ' }],
    [
      '{"a":0.12345678901234567,"b":1795377616464550037}',
      { a: Number('0.12345678901234567'), b: '1795377616464550037' },
    ],
    ['{"a":1234567890123456789e2}', { a: Number('1234567890123456789e2') }],
  ];
  for (const [text, value] of exact)
    it(`reads ${text.replaceAll('\n', '\\n')} without rounding`, () => expect(jsonOf(text)).to.deep.equal(value));

  for (const text of [
    '',
    '{',
    '{"a":01795377616464550037}',
    '{"a":1795377616464550037x}',
    '1795377616464550037 2',
    'nul',
  ])
    it(`refuses '${text}' as JSON.parse does`, () => {
      expect(() => JSON.parse(text)).to.throw();
      expect(jsonOf(text))
        .to.be.a('string')
        .that.matches(/^not JSON/);
    });

  it('agrees with JSON.parse on any value, and keeps every integer', () => {
    const text = fc
      .json({ maxDepth: 5 })
      .chain((json) =>
        fc
          .bigInt()
          .map((big) => [`{"k":${json},"n": ${big},"l":[${big} ,"${big}"],"s":"\\"k\\":${big},"}`, json, big] as const),
      );
    fc.assert(
      fc.property(text, ([whole, json, big]) => {
        const exactly = Number.isSafeInteger(Number(big)) ? Number(big) : String(big);
        const plain = JSON.stringify(JSON.parse(json, (_key, value) => (value === 0 ? 0 : value)));
        const read = jsonOf(whole) as { k: unknown; n: unknown; l: unknown[]; s: string };
        expect(read.n).to.equal(exactly);
        expect(read.l).to.deep.equal([exactly, String(big)]);
        expect(read.s).to.equal(`"k":${big},`);
        if (!/\d{16}/.test(json))
          expect(JSON.stringify(read.k, (_key, value) => (value === 0 ? 0 : value))).to.equal(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps __proto__ a key like any other', () => {
    for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":[1795377616464550037]}}']) {
      const value = jsonOf(text) as object;
      expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
      expect(Object.keys(value)).to.deep.equal(['__proto__']);
    }
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it(`takes ${maxDepth} levels and refuses more, brackets in strings not counted`, () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(jsonOf(nested(maxDepth))).to.be.an('array');
    expect(jsonOf(nested(maxDepth + 1))).to.match(/nested deeper/);
    expect(jsonOf('['.repeat(100_000))).to.match(/nested deeper/);
    expect(jsonOf(JSON.stringify(['\\"'.repeat(3), '['.repeat(500)]))).to.be.an('array');
    expect(jsonOf(`[${Array.from({ length: 500 }, () => '{"a":[]}').join(',')}]`)).to.have.length(500);
  });
});

describe('textOf', () => {
  it('drops a byte order mark', () => {
    expect(textOf(Buffer.from('\uFEFF{}'))).to.equal('{}');
  });

  it('keeps reading past bytes that are no UTF-8', () => {
    expect(jsonOf(textOf(Buffer.from([0x22, 0xff, 0x22])))).to.equal('\uFFFD');
  });
});
