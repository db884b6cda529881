import { expect } from 'chai';
import { readFormat } from '../../testing/read-format.ts';
import { eventbridge } from './eventbridge.ts';

const event = {
  version: '0',
  id: 'evt-1',
  'detail-type': 'Detection Finding',
  source: 'shop.rules',
  account: '111122223333',
  time: '2026-11-22T20:00:16Z',
  region: 'us-east-1',
  resources: ['arn:aws:s3:::models'],
  detail: { a: 1 },
};

const content = {
  kind: 'content',
  value: { a: 1 },
  known: {
    id: 'evt-1',
    dedupeKey: 'evt-1',
    alertTime: '2026-11-22T20:00:16Z',
    resource: {
      kind: 'bucket',
      id: 'arn:aws:s3:::models',
      arn: 'arn:aws:s3:::models',
      name: 'models',
      account: '111122223333',
      region: 'us-east-1',
    },
  },
};

describe('eventbridge', () => {
  const throughSns = { Type: 'Notification', MessageId: 'm', Message: JSON.stringify(event) };
  const saved = { Messages: [{ MessageId: 'm', Body: JSON.stringify(throughSns) }] };
  const ways: [string, unknown][] = [
    ['by itself', event],
    ['in a list', [event]],
    ['through SNS', throughSns],
    ['through SNS in a saved answer of a queue', saved],
  ];
  for (const [way, value] of ways)
    it(`opens an event ${way}`, () => expect(readFormat(eventbridge, value)).to.deep.equal([content]));

  it("ignores SNS' confirmations", () => {
    expect(readFormat(eventbridge, { Type: 'SubscriptionConfirmation', SubscribeURL: 'x' })[0]?.kind).to.equal(
      'ignored',
    );
  });

  it('calls rubbish malformed and goes on with the next', () => {
    const kinds = readFormat(eventbridge, [7, { id: 'x' }, { Type: 'Notification', Message: '{' }, event]).map(
      (p) => p.kind,
    );
    expect(kinds).to.deep.equal(['malformed', 'malformed', 'malformed', 'content']);
  });

  it('stops at envelopes in envelopes without end', () => {
    let value: unknown = event;
    for (let depth = 0; depth < 10; depth++) value = { Body: JSON.stringify(value) };
    expect(readFormat(eventbridge, value)[0]?.kind).to.equal('malformed');
  });
});
