import { expect } from 'chai';
import type { Json } from './json.ts';
import { pathText } from './problems.ts';
import { holdsReference, type ReferenceScope, resolveReferences } from './references.ts';

const values = {
  bucket: 'models',
  count: 3,
  flag: true,
  list: ['a', { b: 'c' }],
  map: { 'trail-rules': { url: 'http://127.0.0.1' } },
  open: `\${staging.buckets.models}`,
};

describe('resolveReferences', () => {
  const resolved: readonly [text: string, value: Json][] = [
    [`\${env.bucket}`, 'models'],
    [`\${env.count}`, 3],
    [`\${env.flag}`, true],
    [`\${env.list}`, ['a', { b: 'c' }]],
    [`\${env.list[1].b}`, 'c'],
    [`\${env.list.0}`, 'a'],
    [`\${env.map.trail-rules.url}/x`, 'http://127.0.0.1/x'],
    [`\${env.bucket}-\${env.count}`, 'models-3'],
    [`arn:aws:s3:::\${aws:username}/\${marker}`, `arn:aws:s3:::\${aws:username}/\${marker}`],
    [`\${env.open}`, `\${staging.buckets.models}`],
    [`\${env.open.deeper}`, `\${env.open.deeper}`],
    [`x-\${env.open}`, `x-\${staging.buckets.models}`],
  ];
  for (const [text, value] of resolved) {
    it(`reads ${text}`, () => {
      expect(resolve({ deep: [text] })).to.deep.equal({ value: { deep: [value] }, reports: [] });
    });
  }

  const reported: readonly [text: string, report: string][] = [
    [`\${env.bukcet}`, `deep[0]: '\${env.bukcet}' names nothing; did you mean 'env.bucket'?`],
    [`\${env.list.7}`, `'\${env.list.7}' names nothing`],
    [`\${env.bucket.name}`, `'\${env.bucket.name}' names nothing`],
    [`\${env.__proto__}`, `'\${env.__proto__}' names nothing`],
    [`\${env}`, `'\${env}' names nothing`],
    [`\${staging.x}`, `'\${staging.x}' cannot be read here; only \${env.…} can.`],
    [`x-\${env.list}`, `'\${env.list}' is a list and cannot stand inside a text.`],
    [`\${env.bucket`, `a reference in '\${env.bucket' is not closed by '}'.`],
    [`\${AWS_SECRET_ACCESS_KEY}`, `the environment variable '\${AWS_SECRET_ACCESS_KEY}' is not read here`],
  ];
  for (const [text, report] of reported) {
    it(`reports ${text} and leaves it`, () => {
      const { value, reports } = resolve({ deep: [text] });
      expect(reports).to.have.length(1);
      expect(reports[0]).to.contain(report);
      expect(value).to.deep.equal({ deep: [text] });
    });
  }

  it('leaves references to a staging that is not up', () => {
    const text = `\${staging.buckets.models}`;
    expect(resolve({ deep: [text] }, { name: 'staging', values: undefined })).to.deep.equal({
      value: { deep: [text] },
      reports: [],
    });
  });
});

describe('holdsReference', () => {
  it('finds a reference at any depth and takes nothing else for one', () => {
    expect(holdsReference({ a: ['x', { b: `y-\${env.c}` }] })).to.equal(true);
    expect(holdsReference({ a: `\${marker} \${aws:username}`, b: null, c: 1 })).to.equal(false);
  });
});

function resolve(value: Json, scope: ReferenceScope = { name: 'env', values }) {
  const reports: string[] = [];
  const result = resolveReferences(value, scope, (path, message) => reports.push(`${pathText(path)}: ${message}`));
  return { value: result, reports };
}
