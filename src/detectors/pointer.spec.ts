import { expect } from 'chai';
import { parsePointer, resolvePointer } from './pointer.ts';

describe('resolvePointer', () => {
  const value = { a: [{ 'b/c': 1, 'd~e': 2 }], '': 3 };
  const table: [string, unknown][] = [
    ['', value],
    ['/a/0/b~1c', 1],
    ['/a/0/d~0e', 2],
    ['/', 3],
    ['/a/1', undefined],
    ['/a/00', undefined],
    ['/a/length', undefined],
    ['/__proto__', undefined],
    ['/constructor/name', undefined],
    ['/a/0/b~1c/x', undefined],
  ];
  for (const [text, found] of table)
    it(`finds ${JSON.stringify(found)} at '${text}'`, () =>
      expect(resolvePointer(value, parsePointer(text) ?? ['?'])).to.deep.equal(found));
});

describe('parsePointer', () => {
  for (const text of ['a', '/a~', '/a~2', '$.a'])
    it(`refuses '${text}'`, () => expect(parsePointer(text)).to.equal(undefined));
});
