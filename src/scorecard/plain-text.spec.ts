import { expect } from 'chai';
import { markdownText } from './markdown.ts';
import { maskAccounts, plainText } from './plain-text.ts';

describe('plainText', () => {
  for (const [name, text, shown] of [
    ['an escape sequence', 'a\u001b[31mred', 'a\\x1b[31mred'],
    ['a C1 control', 'a\u009b2J', 'a\\x9b2J'],
    ['a bell and a backspace', '\u0007\u0008', '\\x07\\x08'],
    ['a direction override', 'exe\u202egnp', 'exe\\u202egnp'],
    ['line breaks', 'one\r\ntwo\nthree', 'one two three'],
    ['ordinary letters', 'Größe · 漢字 🎉', 'Größe · 漢字 🎉'],
  ] as const) {
    it(`shows ${name} harmlessly`, () => expect(plainText(text)).to.equal(shown));
  }
});

describe('maskAccounts', () => {
  it('leaves the last four digits of each account id', () => {
    expect(maskAccounts('arn:aws:iam::111122223333:role/x in models-444455556666')).to.equal(
      'arn:aws:iam::…3333:role/x in models-…6666',
    );
  });

  it('leaves longer numbers and words alone', () => {
    expect(maskAccounts('1763852572123 ws111122223333')).to.equal('1763852572123 ws111122223333');
  });
});

describe('markdownText', () => {
  it('is no markup, link, HTML, mention or table cell', () => {
    const text = markdownText('| [x](https://e.vil) <img src=x> `a` @all \u001b[2J', true);
    expect(text).to.not.match(/(?<!\\)[|[\]`<>]|https?:|@(?!&#8203;)/);
  });
});
