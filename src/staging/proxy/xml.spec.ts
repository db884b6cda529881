import { expect } from 'chai';
import { findElement, parseXml } from './xml.ts';

describe('parseXml', () => {
  it('reads elements, attributes, entities, CDATA and empty elements', () => {
    const root = parseXml(
      `<?xml version="1.0"?><!-- a --><ns:A xmlns="u"><B>x &lt;&#65;&#x42;&amp;</B><C/><D><![CDATA[<raw>]]></D></ns:A>`,
    );
    expect(root?.name).to.equal('A');
    expect(root?.attributes).to.deep.equal({ xmlns: 'u' });
    expect(root?.children.map(({ name, text }) => [name, text])).to.deep.equal([
      ['B', 'x <AB&'],
      ['C', ''],
      ['D', '<raw>'],
    ]);
  });

  for (const text of ['', 'plain', '<a>', '<a></b>', '</a>', '<a/><b/>', '{"json":1}']) {
    it(`answers undefined for '${text}'`, () => {
      expect(parseXml(text)).to.equal(undefined);
    });
  }

  it('finds an element at any depth', () => {
    expect(findElement(parseXml('<a><b><c>1</c></b></a>'), 'c')?.text).to.equal('1');
  });
});
