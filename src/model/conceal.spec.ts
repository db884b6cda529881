import { expect } from 'chai';
import { CallError } from './call.ts';
import { conceal, concealError, secretsIn } from './conceal.ts';

const secret = 'pässword/+"<1>&';

describe('conceal', () => {
  for (const [form, text] of [
    ['as it is', secret],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 of URLs', Buffer.from(secret).toString('base64url')],
    ['in a URL', encodeURIComponent(secret)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in XML', 'pässword/+&quot;&lt;1&gt;&amp;'],
  ] as const) {
    it(`replaces a secret ${form}`, () => {
      expect(conceal(`before ${text} after ${text}`, [secret])).to.equal('before <secret> after <secret>');
    });
  }

  it('replaces the longer of two secrets where one holds the other', () => {
    expect(conceal('abcdef-ghijkl', ['abcdef', 'abcdef-ghijkl'])).to.equal('<secret>');
  });

  it('leaves words alone that are too short to be one', () => {
    expect(conceal('the value on is not off', ['on', '', 'is'])).to.equal('the value on is not off');
  });
});

describe('concealError', () => {
  it('conceals message and denial, and drops the cause', () => {
    const denial = { action: 'get x', code: 'Denied', message: `no: ${secret}`, httpStatus: 403 };
    const error = new CallError('denied', 'Denied', `It said ${secret}`, { denial, cause: new Error(secret) });
    const told = concealError(error, [secret]);
    expect(told).to.deep.include({ kind: 'denied', code: 'Denied', denial: { ...denial, message: 'no: <secret>' } });
    expect(told.message).to.equal('It said <secret>');
    expect(told.cause).to.equal(undefined);
  });

  it('answers the error itself where it holds none', () => {
    const error = new CallError('failed', 'x', 'fine', { cause: new Error('why') });
    expect(concealError(error, [secret])).to.equal(error);
  });
});

describe('secretsIn', () => {
  it('lists values of a Secret, also decoded, of variables, and of fields that are named so', () => {
    const body = {
      Environment: { Variables: { TOKEN: 'first-one' } },
      list: [{ kind: 'Secret', metadata: { name: 'n' }, data: { a: 'c2Vjb25k' }, stringData: { b: 'third' } }],
      clientSecret: 'fourth',
      secretArn: 'not-one',
    };
    expect(secretsIn(body)).to.include.members(['first-one', 'c2Vjb25k', 'second', 'third', 'fourth']);
    expect(secretsIn(body)).to.not.include('not-one').and.not.include('n');
  });
});
