import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { problemText } from './problems.ts';
import { parseYaml } from './yaml-source.ts';

const bad: readonly [title: string, text: string, problem: string][] = [
  ['an empty file', '', 'f.yaml: is empty.'],
  ['a file of comments', '# nothing\n', 'f.yaml: is empty.'],
  ['tabs', 'a:\n\tb: 1\n', 'f.yaml:2:1: a tab indents this line; YAML allows spaces only.'],
  [
    'several documents',
    'a: 1\n---\nb: 2\n',
    "f.yaml:2:1: a second document begins here ('---'); put each into a file of its own.",
  ],
  ['duplicate keys', 'a: 1\nb:\n  c: 1\n  c: 2\n', "f.yaml:4:3: the key 'c' is there twice; keep one."],
  ['keys that are no texts', '? [a]\n: 1\n', 'f.yaml:1:3: a key must be a plain text.'],
  ['an alias without anchor', 'a: 1\nb: *c\n', 'f.yaml:2:4: the alias has no anchor (&name) before it: c.'],
  ['an alias that leads to itself', 'a: &a [*a, *a, *a, *a]\n', 'f.yaml:1:1: is nested more than 64 levels deep.'],
  ['tags', 'a: !!js/function "x"\n', 'f.yaml:1:4: tags (!…) are not read; write a plain value.'],
  [
    'numbers that would be rounded',
    'a: 12345678901234567890\n',
    'f.yaml:1:4: the number 12345678901234567890 would be rounded; put it in quotes.',
  ],
  ['no number', 'a: .nan\n', 'f.yaml:1:4: .nan is no number that a file may hold.'],
  [
    'a colon in a value',
    'a: b: c\n',
    "f.yaml:1:4: a value may not hold ': '; put it in quotes, or on a line of its own.",
  ],
  ['deep nesting', `${'['.repeat(3000)}${']'.repeat(3000)}`, 'f.yaml:1:'],
];

describe('parseYaml', () => {
  for (const [title, text, problem] of bad) {
    it(`refuses ${title}`, () => {
      const source = parseYaml('f.yaml', text);
      expect(source.problems.map(problemText)[0]).to.contain(problem);
      expect(source.value).to.equal(null);
    });
  }

  it('refuses an alias bomb without building it', () => {
    const letters = 'abcdefghi';
    const rest = Array.from(letters.slice(1)).map(
      (name, i) => `${name}: &${name} [${Array(9).fill(`*${letters[i]}`).join(',')}]`,
    );
    const { problems } = parseYaml('f.yaml', `a: &a [x,x,x,x,x,x,x,x,x]\n${rest.join('\n')}\n`);
    expect(problems.map(problemText)).to.have.length(1);
    expect(problems[0]?.message).to.contain('multiply to more than 100 values');
  });

  it('reads a map of 20,000 keys in linear time', () => {
    const { value } = parseYaml('f.yaml', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'));
    expect(Object.keys(value ?? {})).to.have.length(20_000);
  });

  it('drops a byte order mark, and reads YAML 1.2 whatever a directive says', () => {
    expect(parseYaml('f.yaml', '\uFEFFa: no\n').value).to.deep.equal({ a: 'no' });
    expect(parseYaml('f.yaml', '%YAML 1.1\n---\na: no\nb: 2020-01-01\n').value).to.deep.equal({
      a: 'no',
      b: '2020-01-01',
    });
  });

  it('reads anchors and aliases', () => {
    expect(parseYaml('f.yaml', 'a: &x { b: 1 }\nc: *x\n').value).to.deep.equal({ a: { b: 1 }, c: { b: 1 } });
  });

  it('knows where values and keys stand, and takes the parent of what is not there', () => {
    const source = parseYaml('f.yaml', 'a:\n  - b: 1\n    c: [x, y]\nd: &d { e: 1 }\nf: *d\n');
    const place = (...args: Parameters<typeof source.problem>) => problemText(source.problem(...args)).slice(7);
    expect(place(['a', 0, 'c', 1], '')).to.equal('3:12: ');
    expect(place(['a', 0], '', 'c')).to.equal('3:5: ');
    expect(place(['a', 0, 'missing', 'deep'], '')).to.equal('2:5: ');
    expect(place(['f', 'e'], '')).to.equal('4:12: ');
    expect(place([], '')).to.equal('1:1: ');
  });

  it('reads back what YAML writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }), { minKeys: 1 }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const text = stringify(plain, { aliasDuplicateObjects: false });
        const source = parseYaml('f.yaml', text);
        if (source.problems.length === 0) expect(source.value).to.deep.equal(plain);
        else expect(source.problems[0]?.message).to.match(/rounded|deep/);
      }),
      { numRuns: 30 },
    );
  });

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '*a',
      '&a ',
      '"',
      "'",
      '#',
      '\t',
      '|',
      '>',
      '? ',
      '---',
      '!x ',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => parseYaml('f.yaml', pieces.join('')).problems.length >= 0),
      {
        numRuns: 300,
      },
    );
  });
});
