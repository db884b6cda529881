import { expect } from 'chai';
import { findImportViolations } from './check-imports.ts';

describe('findImportViolations', () => {
  const forbidden: readonly (readonly [title: string, path: string, text: string, message: RegExp])[] = [
    [
      'a fault that imports the engine',
      'src/faults/aws/x.ts',
      "import { run } from '../../engine/run.ts';",
      /^faults may/,
    ],
    [
      'a fault that imports a value of targets',
      'src/faults/aws/x.ts',
      "import { c } from '../../targets/aws.ts';",
      /types of targets/,
    ],
    [
      'a model file that imports a type',
      'src/model/x.ts',
      "import type { A } from '../engine/a.ts';",
      /nothing of ours/,
    ],
    [
      'import() in an expression',
      'src/engine/x.ts',
      "const a = await import('../faults/a.ts');",
      /engine may import only model/,
    ],
    [
      'import() in a type',
      'src/engine/x.ts',
      "type A = import('../faults/a.ts').A; export const a: A = 1;",
      /engine may/,
    ],
    ['a re-export', 'src/engine/x.ts', "export * from '../cli/a.ts'; export const a = 1;", /engine may/],
    [
      'a channel that imports a format',
      'src/detectors/channels/x.ts',
      "import { f } from '../formats/f.ts';",
      /channels may/,
    ],
    [
      'a shipped file that imports fakes',
      'src/cli/x.ts',
      "import { f } from '../testing/f.ts';",
      /all but testing and index, not testing/,
    ],
    [
      'a game day that imports a file of src',
      'experiments/x.experiment.ts',
      "import { f } from '../src/index.ts';",
      /as a user writes/,
    ],
    ['a shipped file that imports a tool', 'src/cli/x.ts', "import { f } from '../../tools/f.ts';", /not tools/],
    [
      'a client library loaded at once',
      'src/faults/aws/x.ts',
      "import { C } from '@aws-sdk/client-iam';",
      /import\(\)/,
    ],
    ['a file outside the house', 'src/attic/x.ts', "import { f } from '../model/f.ts';", /belongs to no part/],
    ['what formats share, with a format', 'src/detectors/x.ts', "import { f } from './formats/f.ts';", /only model/],
    ['a barrel', 'src/engine/x.ts', "export { a } from './a.ts';", /one barrel/],
    ['a folder without a subject', 'src/model/utils/x.ts', 'export const a = 1;', /'utils' says nothing/],
    ['the package imported from inside', 'src/engine/x.ts', "import { f } from 'windshear';", /itself/],
  ];
  for (const [title, path, text, message] of forbidden) {
    it(`reports ${title}`, () => {
      expect(messages({ [path]: text }))
        .to.have.lengthOf(1)
        .and.to.have.nested.property('[0]')
        .that.matches(message);
    });
  }

  const allowed: readonly (readonly [title: string, path: string, text: string])[] = [
    ['a fault that imports a type of targets', 'src/faults/aws/x.ts', "import type { C } from '../../targets/aws.ts';"],
    ['inline type imports', 'src/faults/aws/x.ts', "import { type C } from '../../targets/aws.ts';"],
    ['a spec that imports a fake', 'src/engine/x.spec.ts', "import { f } from '../testing/f.ts';"],
    [
      'a client library loaded when needed',
      'src/faults/aws/x.ts',
      "const { C } = await import('@aws-sdk/client-iam');",
    ],
    ['the command line, which wires everything', 'src/cli/x.ts', "import { r } from '../engine/r.ts';"],
    ['packages and node modules', 'src/model/x.ts', "import { z } from 'zod'; import { a } from 'node:crypto';"],
  ];
  for (const [title, path, text] of allowed) {
    it(`accepts ${title}`, () => {
      expect(messages({ [path]: text })).to.deep.equal([]);
    });
  }

  it('reports a cycle once, with its way', () => {
    const found = messages({
      'src/model/a.ts': "import type { B } from './b.ts'; export type A = B;",
      'src/model/b.ts': "import type { C } from './c.ts'; export type B = C;",
      'src/model/c.ts': "import type { A } from './a.ts'; export type C = A;",
    });
    expect(found).to.deep.equal([
      'is part of an import cycle: src/model/a.ts → src/model/b.ts → src/model/c.ts → src/model/a.ts',
    ]);
  });

  it('points at the specifier', () => {
    const text = "\n\nimport { a } from '../engine/a.ts';";
    const [finding] = findImportViolations([{ path: 'src/model/x.ts', text }]);
    expect(text.slice(finding?.offset)).to.equal("'../engine/a.ts';");
  });
});

function messages(files: Readonly<Record<string, string>>): readonly string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return findImportViolations(sources).map((finding) => finding.message);
}
