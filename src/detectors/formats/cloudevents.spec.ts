import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { cloudevents } from './cloudevents.ts';

const event = {
  specversion: '1.0',
  id: 'ev-1',
  source: 'urn:shop:identity',
  type: 'shop.identity.alert',
  subject: 'arn:aws:iam::111122223333:role/api',
  time: '2026-11-22T20:00:16.5Z',
  data: {
    rule: 'admin-policy-attached',
    severity: 'high',
    alertTime: '2026-11-22T20:00:16.4Z',
    resource: { arn: 'arn:aws:iam::111122223333:role/api', kind: 'role' },
    actor: { arn: 'arn:aws:sts::111122223333:assumed-role/t/s', name: 't', userAgent: 'ws234567abcdef.i' },
    event: { name: 'AttachRolePolicy', errorCode: 'AccessDenied', requestId: 'q-1', time: '2026-11-22T20:00:16Z' },
    tags: ['T1098.003'],
  },
};

describe('cloudevents', () => {
  it('makes an alert of an event that no format follows', () => {
    expect(signalsOf(readFormat(cloudevents, event))).to.deep.equal([
      {
        format: 'cloudevents',
        id: 'ev-1',
        dedupeKey: 'urn:shop:identity#ev-1',
        rule: 'admin-policy-attached',
        severity: 4,
        rawSeverity: 'high',
        eventTime: '2026-11-22T20:00:16Z',
        alertTime: '2026-11-22T20:00:16.4Z',
        resource: { arn: 'arn:aws:iam::111122223333:role/api', kind: 'role' },
        actor: { arn: 'arn:aws:sts::111122223333:assumed-role/t/s', name: 't', userAgent: 'ws234567abcdef.i' },
        requestId: 'q-1',
        errorCode: 'AccessDenied',
        action: 'AttachRolePolicy',
        status: 'open',
        sample: false,
        techniques: ['T1098.003'],
      },
    ]);
  });

  it('falls back on subject, time and type', () => {
    const [signal] = signalsOf(readFormat(cloudevents, { ...event, data: undefined }));
    expect(signal).to.deep.include({
      rule: 'shop.identity.alert',
      severity: null,
      eventTime: '2026-11-22T20:00:16.5Z',
    });
    expect(signal?.resource?.name).to.equal('api');
  });

  it('reads texts for resource and actor, extensions for rule and severity, and the sample flag', () => {
    const data = { resource: 'lt-1', actor: 'arn:aws:iam::1:user/u', sample: true, count: 2 };
    const [signal] = signalsOf(readFormat(cloudevents, { ...event, rule: 'ext', priority: 'Error', data }));
    expect(signal).to.deep.include({ rule: 'ext', severity: 4, sample: true, count: 2 });
    expect(signal?.resource).to.deep.equal({ id: 'lt-1', name: 'lt-1' });
    expect(signal?.actor).to.deep.equal({ id: 'arn:aws:iam::1:user/u', arn: 'arn:aws:iam::1:user/u' });
  });

  it('hands on data, with what it knows, where a format follows', () => {
    const [parsed] = readFormat(cloudevents, event, { last: false });
    expect(parsed).to.deep.include({ kind: 'content', value: event.data });
    expect(parsed?.kind === 'content' && parsed.known).to.deep.include({
      id: 'ev-1',
      dedupeKey: 'urn:shop:identity#ev-1',
      eventTime: '2026-11-22T20:00:16.5Z',
    });
  });

  it('unpacks data that is base64 or JSON text', () => {
    const { data, ...rest } = event;
    for (const packed of [
      { data_base64: Buffer.from(JSON.stringify(data)).toString('base64') },
      { data: JSON.stringify(data) },
    ])
      expect(readFormat(cloudevents, { ...rest, ...packed }, { last: false })[0]).to.deep.include({ value: data });
    expect(readFormat(cloudevents, { ...rest, data_base64: '!' }, { last: false })[0]?.kind).to.equal('malformed');
  });

  it('reads batches', () => {
    expect(readFormat(cloudevents, [event, { id: 1 }, event]).map(({ kind }) => kind)).to.deep.equal([
      'signal',
      'malformed',
      'signal',
    ]);
  });

  it('reads binary mode by its headers, percent-decoded', () => {
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'b-1',
      'ce-source': '/caf%C3%A9',
      'ce-type': 'shop.alert',
      'ce-subject': '100%',
    };
    const [signal] = signalsOf(readFormat(cloudevents, { rule: 'r' }, { headers }));
    expect(signal).to.deep.include({ id: 'b-1', dedupeKey: '/café#b-1', rule: 'r' });
    expect(signal?.resource).to.deep.equal({ id: '100%' });
  });

  for (const value of [null, {}, { ...event, specversion: '0.3' }, { ...event, source: undefined }])
    it(`calls ${JSON.stringify(value)?.slice(0, 40)} malformed`, () =>
      expect(readFormat(cloudevents, value)[0]?.kind).to.equal('malformed'));
});
