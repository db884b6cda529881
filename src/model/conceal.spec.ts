import { expect } from 'chai';
import { CallError } from './call.ts';
import { conceal, concealError, secretsIn, withoutSecrets } from './conceal.ts';

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

describe('withoutSecrets', () => {
  it('conceals the session token that CloudTrail keeps of an AssumeRole, also inside an envelope, and nothing else', () => {
    const record = {
      eventName: 'AssumeRole',
      responseElements: { credentials: { sessionToken: 'FwoGZXIvYXdzEBYa/+=' } },
    };
    const expected = { eventName: 'AssumeRole', responseElements: { credentials: { sessionToken: '<secret>' } } };
    expect(withoutSecrets(JSON.stringify(record))).to.equal(JSON.stringify(expected));
    const envelope = (inner: object) => JSON.stringify({ Type: 'Notification', Message: JSON.stringify(inner) });
    expect(withoutSecrets(envelope(record))).to.equal(envelope(expected));
  });

  it('conceals in JSON lines, though one of them is torn', () => {
    expect(withoutSecrets('{"a":{"password":"hunter2-hunter2"}}\n{"b":\n')).to.equal(
      '{"a":{"password":"<secret>"}}\n{"b":\n',
    );
  });

  it('conceals the values of a Secret that an audit log keeps', () => {
    const event = (password: string) =>
      JSON.stringify({ verb: 'create', requestObject: { kind: 'Secret', data: { password }, type: 'Opaque' } });
    expect(withoutSecrets(event('aHVudGVyMi1odW50ZXIy'))).to.equal(event('<secret>'));
  });

  for (const text of ['{"rule":"secret-read","user":"u"}', 'password: no JSON', '{"secretArn":"arn:aws:x"}', '{"a":1}'])
    it(`leaves ${text} as it is`, () => expect(withoutSecrets(text)).to.equal(text));
});
