import { expect } from 'chai';
import { readableWithoutSecrets, withoutSecrets } from './without-secrets.ts';

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

  const value = 'c3VwZXItc2VjcmV0LXZhbHVlLTQyNDI=';
  const about = (verb: string, more: object) => ({ verb, objectRef: { resource: 'secrets', name: 'db' }, ...more });
  for (const [what, record] of [
    [
      'a SecretList',
      { responseObject: { kind: 'SecretList', items: [{ metadata: { name: 'n' }, data: { k: value } }] } },
    ],
    ['the patch of a Secret', about('patch', { requestObject: { data: { k: value } } })],
    ['the JSON Patch of a Secret', about('patch', { requestObject: [{ op: 'add', path: '/data/k', value }] })],
    [
      'a list of Secrets in a list',
      [about('list', { responseObject: { items: [{ stringData: { k: [value, 7] } }] } })],
    ],
    ['a Secret in an annotation', { metadata: { applied: JSON.stringify({ kind: 'Secret', data: { k: value } }) } }],
    ['a TokenRequest', { responseObject: { kind: 'TokenRequest', status: { token: value } } }],
    ['a list and an object under the name of one', { password: { value }, clientSecret: [value] }],
    ['a number', { password: 47114711 }],
    ['the variables of a function', { environment: { variables: { DB: value } } }],
  ] as const) {
    it(`conceals ${what}`, () => {
      const told = withoutSecrets(JSON.stringify(record));
      expect(told).to.include('<secret>');
      expect(told).to.not.match(/super-secret|c3VwZXIt|47114711/);
      expect(() => JSON.parse(told)).to.not.throw();
    });
  }

  const hidden = 'hunter2-4242';
  for (const [what, record] of [
    ['a variable of a pod', { env: [{ name: 'DB_PASSWORD', value: hidden }] }],
    ['a variable whose value stands first', { env: [{ value: hidden, name: 'GITHUB_TOKEN' }] }],
    ['a header', { httpHeaders: [{ name: 'Authorization', value: `Basic ${hidden}` }] }],
    ['a parameter of AWS', { parameters: [{ Key: 'MasterSecret', Value: hidden }] }],
    ['a cookie', { headers: { Cookie: `session=${hidden}`, 'Set-Cookie': [`session=${hidden}`] } }],
    ['the key of an API', { headers: { 'x-api-key': hidden } }],
    ['binary data of a Secret', { kind: 'Secret', binaryData: { k: hidden } }],
    ['an object under the name of one', { password: { plain: hidden, history: [{ was: hidden }] } }],
    ['the password in an address', { url: `https://user:${hidden}@host/x` }],
    ['a token in an address', { requestURI: `/x?a=b&access_token=${hidden}&c=d` }],
    ['a signature in an address', { url: `https://b.example/k?X-Amz-Signature=${hidden}` }],
    ['an argument', { args: [`--password=${hidden}`] }],
    ['an argument and its value', { args: ['--password', hidden, '--verbose'] }],
    ['an argument of a command', { 'proc.cmdline': `mysql --password ${hidden} -h x` }],
    ['an argument of an argument', { 'proc.cmdline': `kubectl create x --from-literal=password=${hidden}` }],
    ['a variable of a command', { 'proc.env': `PATH=/bin DB_PASSWORD=${hidden}` }],
    ['a header of a command', { 'proc.cmdline': `curl -H 'Cookie: a=${hidden}' x` }],
    ['a bearer token', { log: `sent Bearer ${hidden}${hidden}` }],
    ['a private key', { log: `-----BEGIN RSA PRIVATE KEY-----\n${hidden}\n-----END RSA PRIVATE KEY-----` }],
  ] as const) {
    for (const [form, text] of [
      ['', JSON.stringify(record)],
      [', in a text inside of a text', JSON.stringify({ log: JSON.stringify(record) })],
    ] as const)
      it(`conceals ${what}${form}`, () => {
        const told = withoutSecrets(text);
        expect(told).to.include('<secret>').and.not.include('4242');
        expect(() => JSON.parse(told)).to.not.throw();
      });
  }

  it('conceals what stands in a text that is no JSON', () => {
    expect(withoutSecrets(`login of https://u:${hidden}@h, password=${hidden} from 10.0.0.1`)).to.equal(
      'login of https://u:<secret>@h, password=<secret> from 10.0.0.1',
    );
  });

  it('keeps within an object under the name of a secret what tells which it is', () => {
    const text = JSON.stringify({
      secret: { name: 'db', namespace: 'n', arn: 'arn:x', createdDate: '2026', rotated: true },
    });
    expect(withoutSecrets(text)).to.equal(text);
  });

  it('takes no time of the square of a long text', () => {
    for (const part of ['token', '--a ', 'x-a', "token='", 'token=', '://a', '-----BEGIN ', 'a.'])
      withoutSecrets(JSON.stringify({ log: part.repeat(300_000), password: '' }));
  }).timeout(10_000);

  for (const [what, text] of [
    ['a slash', '{"sessionToken":"FQo\\/super-secret\\/1","n":90071992547409931}'],
    ['a letter', '{"sessionToken":"FQo\\u0063super-secret","n":90071992547409931}'],
    ['a letter of the name', '{"s\\u0065ssionToken":"FQosuper-secret","n":90071992547409931}'],
    ['a name that occurs twice', '{"sessionToken":"super-secret", "sessionToken":"<secret>","n":90071992547409931}'],
  ] as const) {
    it(`conceals what is written with ${what}, and keeps the rest letter for letter`, () => {
      const told = withoutSecrets(text);
      expect(told).to.match(/":"<secret>","n":90071992547409931}$/);
      expect(told).to.not.include('super');
    });
  }

  it('conceals outside of a text what is a secret within it', () => {
    const text = JSON.stringify({ why: 'no hunter2-hunter2', log: JSON.stringify({ password: 'hunter2-hunter2' }) });
    expect(withoutSecrets(text)).to.not.include('hunter2');
  });

  it('conceals a short value where it stands, and lets the word be elsewhere', () => {
    expect(withoutSecrets('{"kind":"Secret","data":{"a":"b24="},"type":"b24="}')).to.equal(
      '{"kind":"Secret","data":{"a":"<secret>"},"type":"b24="}',
    );
  });

  it('conceals at any depth, also in a text inside of a text', () => {
    const deep = (inner: string) => `${'['.repeat(60_000)}${inner}${']'.repeat(60_000)}`;
    expect(withoutSecrets(deep('{"password":"hunter2-hunter2"}'))).to.equal(deep('{"password":"<secret>"}'));
    const texts = (inner: unknown, times: number): string =>
      times === 0 ? JSON.stringify(inner) : JSON.stringify({ log: texts(inner, times - 1) });
    for (const times of [1, 2, 3, 4, 5])
      expect(withoutSecrets(texts({ password: 'a"line\nof-it' }, times))).to.not.match(/line|of-it/);
  });

  it('leaves out what begins like JSON, may hold a secret and cannot be read', () => {
    const torn = '{"responseElements":{"credentials":{"sessionToken":"FwoGZXIvYXdzEBYa';
    expect(withoutSecrets(torn)).to.match(/^<\d+ characters left out/);
    expect(withoutSecrets(`{"a":1}\n${torn}\n{"b":2}`)).to.match(/^{"a":1}\n<\d+ characters left out[^\n]*>\n{"b":2}$/);
    expect(withoutSecrets(JSON.stringify({ log: torn }))).to.equal('{"log":"<secret>"}');
  });

  for (const text of [
    '{"rule":"secret-read","user":"u"}',
    '{"secretCount":3,"nextToken":"abcdefg","log":"[main] secret read"}',
    '{"volumes":[{"secret":{"secretName":"db-credentials"}}]}',
    'password: no JSON',
    '{"secretArn":"arn:aws:x"}',
    '{"env":[{"name":"MODE","value":"fast"},{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}]}',
    '{"clientToken":"ws2345abcdef","next_token":"abcdefg","url":"http://127.0.0.1:80/a@b?continue=x"}',
    '{"args":["--token-file","/run/token","--secret-name=db"]}',
    '{"a":1}',
  ])
    it(`leaves ${text} as it is`, () => expect(withoutSecrets(text)).to.equal(text));
});

describe('readableWithoutSecrets', () => {
  it('answers what is JSON, without its secrets', () => {
    expect(readableWithoutSecrets('{"a":{"password":"hunter2"}}')).to.equal('{"a":{"password":"<secret>"}}');
    expect(readableWithoutSecrets('[1]')).to.equal('[1]');
  });

  for (const text of ['{"a":', 'plain words', '"hunter2', '"a text"', '{"a":1}\n{"b":2}'])
    it(`answers nothing of ${JSON.stringify(text)}`, () => expect(readableWithoutSecrets(text)).to.equal(undefined));
});
