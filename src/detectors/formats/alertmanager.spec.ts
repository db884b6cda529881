import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { alertmanager } from './alertmanager.ts';

const labels = {
  alertname: 'PublicBucket',
  severity: 'high',
  resource: 'arn:aws:s3:::models',
  account: '111122223333',
};
const times = { startsAt: '2026-11-22T20:00:16.5Z', updatedAt: '2026-11-22T20:00:17Z', endsAt: '2026-11-22T20:05:16Z' };
const active = { fingerprint: 'fp1', labels, annotations: {}, ...times, status: { state: 'active', silencedBy: [] } };

describe('alertmanager', () => {
  it('reads the list of API v2', () => {
    expect(signalsOf(readFormat(alertmanager, [active]))).to.deep.equal([
      {
        format: 'alertmanager',
        id: 'fp1',
        dedupeKey: 'fp1/2026-11-22T20:00:16.5Z',
        rule: 'PublicBucket',
        severity: 4,
        rawSeverity: 'high',
        eventTime: '2026-11-22T20:00:16.5Z',
        alertTime: '2026-11-22T20:00:16.5Z',
        updatedAt: '2026-11-22T20:00:17Z',
        resource: {
          account: '111122223333',
          kind: 'bucket',
          id: 'arn:aws:s3:::models',
          arn: 'arn:aws:s3:::models',
          name: 'models',
        },
        status: 'open',
        sample: false,
        techniques: [],
      },
    ]);
  });

  it("reads a webhook by each alert's own status", () => {
    const webhook = {
      version: '4',
      status: 'firing',
      alerts: [
        { ...active, status: 'firing', endsAt: '0001-01-01T00:00:00Z' },
        { ...active, status: 'resolved' },
      ],
    };
    expect(signalsOf(readFormat(alertmanager, webhook)).map(({ status }) => status)).to.deep.equal([
      'open',
      'resolved',
    ]);
  });

  it('tells a suppressed alert', () => {
    const [signal] = signalsOf(
      readFormat(alertmanager, [{ ...active, status: { state: 'suppressed', silencedBy: ['x'] } }]),
    );
    expect(signal?.status).to.equal('suppressed');
  });

  it("reads Prometheus' list: firing alerts, not the pending", () => {
    const alert = { labels, annotations: {}, activeAt: '2026-11-22T20:00:16.123456789Z', value: '1e+00' };
    const answer = {
      status: 'success',
      data: {
        alerts: [
          { ...alert, state: 'firing' },
          { ...alert, state: 'pending' },
        ],
      },
    };
    const parsed = readFormat(alertmanager, answer);
    expect(parsed.map(({ kind }) => kind)).to.deep.equal(['signal', 'ignored']);
    expect(signalsOf(parsed.slice(0, 1))[0]?.eventTime).to.equal('2026-11-22T20:00:16.123456789Z');
  });

  it('makes the same key of the same labels in any order where no fingerprint is told', () => {
    const keys = [
      { labels: { a: '1', alertname: 'A' } },
      { labels: { alertname: 'A', a: '1' } },
      { labels: { alertname: 'A', a: '2' } },
    ].map((alert) => signalsOf(readFormat(alertmanager, [alert]))[0]?.dedupeKey);
    expect(keys[0]).to.equal(keys[1]);
    expect(keys[0]).not.to.equal(keys[2]);
  });

  it('reads groups', () => {
    expect(
      signalsOf(readFormat(alertmanager, [{ labels: {}, receiver: {}, alerts: [active, active] }])),
    ).to.have.length(2);
  });

  it('names a pod, an instance, an actor by their labels', () => {
    const read = (more: object) =>
      signalsOf(readFormat(alertmanager, [{ ...active, labels: { alertname: 'A', ...more } }]))[0];
    expect(read({ pod: 'api-0', namespace: 'shop' })?.resource).to.deep.equal({
      kind: 'pod',
      id: 'api-0',
      name: 'api-0',
      namespace: 'shop',
    });
    expect(read({ instance: '192.0.2.1:9100' })?.resource?.id).to.equal('192.0.2.1:9100');
    expect(read({ user: 'ada', user_agent: 'cli' })?.actor).to.deep.equal({ id: 'ada', name: 'ada', userAgent: 'cli' });
    expect(read({})?.resource).to.equal(undefined);
  });

  it('tells samples by their label and by the names of test alerts', () => {
    for (const more of [{ sample: 'true' }, { alertname: 'TestAlert' }, { alertname: 'Test rule' }])
      expect(signalsOf(readFormat(alertmanager, [{ ...active, labels: { ...labels, ...more } }]))[0]?.sample).to.equal(
        true,
      );
  });

  it('ignores alerts about the data source', () => {
    expect(readFormat(alertmanager, [{ labels: { alertname: 'DatasourceNoData' } }])[0]?.kind).to.equal('ignored');
  });

  it('has no severity where the label says nothing', () => {
    const [signal] = signalsOf(readFormat(alertmanager, [{ ...active, labels: { alertname: 'A', severity: 'none' } }]));
    expect(signal).to.deep.include({ severity: null, rawSeverity: 'none' });
  });

  for (const value of [7, {}, [{}], [{ labels: {} }], [{ ...active, status: { state: 'odd' } }]])
    it(`calls ${JSON.stringify(value).slice(0, 40)} malformed`, () =>
      expect(readFormat(alertmanager, value)[0]?.kind).to.equal('malformed'));

  it('reads an empty list as no alerts', () => {
    expect(readFormat(alertmanager, [])).to.deep.equal([]);
  });
});
