import { expect } from 'chai';
import { z } from 'zod';
import { durationSchema } from './fields.ts';
import { problemText } from './problems.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseYaml } from './yaml-source.ts';

const schema = z.strictObject({
  name: z.string().min(3).max(5).optional(),
  count: z.number().int().min(1).max(9).optional(),
  wait: durationSchema.optional(),
  url: z.url().optional(),
  kind: z.enum(['high', 'low']).optional(),
  list: z.array(z.strictObject({ rule: z.string(), tokens: z.array(z.string().max(3)).optional() })).optional(),
  rearm: z.union([z.literal('none'), z.literal('resolved'), durationSchema]).optional(),
  format: z.union([z.string(), z.strictObject({ type: z.string(), at: z.string().optional() })]).optional(),
  token: z.string().max(3).optional(),
  either: z
    .strictObject({ a: z.string().optional(), b: z.string().optional() })
    .refine((v) => v.a !== v.b, { error: 'needs a or b' })
    .optional(),
});

const cases: readonly [title: string, text: string, problem: string][] = [
  ['what is missing', 'list: [{ tokens: [] }]', '1:8: list[0].rule is required.'],
  ['a number for a text', 'name: 123', '1:7: name must be a text (put it in quotes), got 123.'],
  ['a list for a text', 'name: [a]', '1:7: name must be a text, got a list.'],
  ['nothing for a text', 'name:', '1:6: name must be a text, got nothing.'],
  ['too short a text', 'name: ab', '1:7: name must have at least 3 characters, got 2.'],
  ['too long a text', 'name: abcdef', '1:7: name must have at most 5 characters, got 6.'],
  ['too small a number', 'count: 0', '1:8: count must be at least 1, got 0.'],
  ['a broken number', 'count: 1.5', '1:8: count must be a whole number, got 1.5.'],
  ['a duration without unit', 'wait: 30', '1:7: wait must be a duration with a unit (500ms, 4s, 2m, 1h), got 30.'],
  [
    'a duration with a wrong unit',
    'wait: 30 s',
    "1:7: wait must be a duration with a unit (500ms, 4s, 2m, 1h), got '30 s'.",
  ],
  ['no URL', 'url: nowhere', "1:6: url must be a URL, got 'nowhere'."],
  ['an unknown word', 'kind: hihg', "1:7: kind must be 'high' or 'low', got 'hihg'; did you mean 'high'."],
  ['an unknown key', 'list: [{ rule: a, rul: b }]', "1:19: unknown key 'rul' in list[0]; did you mean 'rule'?"],
  ['an unknown key at the top', 'nmae: a', "1:1: unknown key 'nmae'; did you mean 'name'?"],
  [
    'none of several forms',
    'rearm: never',
    "1:8: rearm must be 'none', 'resolved' or a duration with a unit (500ms, 4s, 2m, 1h), got 'never'.",
  ],
  [
    'an unknown key in one of several forms',
    'format: { type: a, ta: b }',
    "1:20: unknown key 'ta' in format; did you mean 'at'?",
  ],
  ['a rule about the whole', 'either: { a: x, b: x }', '1:9: either needs a or b, got a map of keys.'],
  ['what may be a secret, unshown', 'token: hunter2', '1:8: token must have at most 3 characters, got 7.'],
];

describe('schemaProblems', () => {
  for (const [title, text, problem] of cases) {
    it(`tells ${title}`, () => {
      expect(problemsOf(text)).to.deep.equal([`f.yaml:${problem}`]);
    });
  }

  it('never repeats a text that may be secret', () => {
    expect(problemsOf('token: { x: hunter2 }').join()).to.not.contain('hunter2');
    expect(problemsOf('list: [{ rule: a, tokens: [hunter2] }]').join()).to.not.contain('hunter2');
  });

  it('tells all problems at once', () => {
    expect(problemsOf('name: 1\ncount: x\nwat: 1\n')).to.have.length(3);
  });

  it('says nothing about values that wait for a staging', () => {
    const reference = '$' + '{staging.x}';
    expect(
      problemsOf(`url: "${reference}"\ncount: "${reference}"\neither: { a: "${reference}", b: "${reference}" }`),
    ).to.deep.equal([]);
  });
});

function problemsOf(text: string): readonly string[] {
  const source = parseYaml('f.yaml', text);
  const { error } = schema.safeParse(source.value);
  if (error === undefined) throw new TypeError('the schema took it');
  return schemaProblems(error, { source, schema, value: source.value }).map(problemText);
}
