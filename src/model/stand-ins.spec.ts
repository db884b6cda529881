import { expect } from 'chai';
import { z } from 'zod';
import { positiveDurationSchema } from './fields.ts';
import { draftOf } from './stand-ins.ts';
import { parseYaml } from './yaml-source.ts';

const schema = z.strictObject({
  id: z.string(),
  outcome: z.enum(['reverted', 'prevented']),
  list: z.array(
    z.strictObject({ name: z.string(), within: positiveDurationSchema, of: z.enum(['a', 'b']).default('a') }),
  ),
  size: z.number().min(1).default(7),
});

function draft(text: string) {
  const source = parseYaml('a.yaml', text);
  return draftOf(schema, source, source.value);
}

describe('draftOf', () => {
  it('leaves out what is optional, drops unknown keys and puts something plain for the rest', () => {
    const made = draft(
      'id: x\nextra: 1\noutcome: revert\nsize: none\nlist:\n  - { name: n, within: 4, of: c, more: 1 }\n',
    );
    expect(made?.data).to.deep.equal({
      id: 'x',
      outcome: 'reverted',
      list: [{ name: 'n', within: 1000, of: 'a' }],
      size: 7,
    });
  });

  it('keeps the numbers of items, also where one is of the wrong kind', () => {
    const made = draft('id: x\noutcome: prevented\nlist:\n  - 7\n  - { name: second, within: 2s }\n');
    expect(made?.data.list.map(({ name }) => name)[1]).to.equal('second');
  });

  it('marks problems at a stand-in as following from it, and no others', () => {
    const source = draft('id: x\noutcome: prevented\nlist:\n  - { name: n, within: 4 }\n')?.source;
    expect(source?.problem(['list', 0, 'within'], 'x').follows).to.equal(true);
    expect(source?.problem(['list', 0, 'name'], 'x').follows).to.equal(undefined);
    expect(source?.problem(['list', 0], 'x').follows).to.equal(undefined);
  });

  it('marks problems around what decides how its neighbours are read', () => {
    const source = draft('id: x\noutcome: prevented\nlist:\n  - { name: n, within: 4s, of: c }\n')?.source;
    expect(source?.problem(['list', 0], 'x').follows).to.equal(true);
  });

  it('gives up on a value of another kind', () => {
    expect(draft('- a\n- b\n')).to.equal(undefined);
  });
});
