import { expect } from 'chai';
import { readFormat, signalsOf } from '../../testing/read-format.ts';
import { mapped } from './mapped.ts';

const params = {
  items: '/data/alerts',
  id: '/id',
  rule: '/policy/name',
  ruleId: '/policy/id',
  severity: '/level',
  severityMap: { P1: 5, noise: null },
  eventTime: { at: '/at', unit: 'ns' },
  lastSeen: '/seen',
  count: '/hits',
  resource: '/on',
  actor: '/by',
  userAgent: '/agent',
  tags: '/tags',
  status: { at: '/state', resolved: ['closed', 2], suppressed: ['muted'] },
  sample: '/test',
};

const alert = {
  id: 17,
  policy: { name: 'Bucket opened', id: 'p-1' },
  level: 'P1',
  at: '1795377616464550037',
  seen: '2026-11-22T20:00:16Z',
  hits: 3,
  on: 'arn:aws:s3:::models',
  by: 'ada',
  agent: 'cli ws234567abcdef.i',
  tags: 'T1530,other',
  state: 'new',
};

describe('mapped', () => {
  const read = (change: object = {}, more: object = {}) =>
    signalsOf(
      readFormat(mapped, { data: { alerts: [{ ...alert, ...change }] } }, { params: { ...params, ...more } }),
    )[0];

  it('reads what the pointers name', () => {
    expect(read()).to.deep.equal({
      format: 'mapped',
      id: '17',
      dedupeKey: '17',
      rule: 'Bucket opened',
      ruleId: 'p-1',
      severity: 5,
      rawSeverity: 'P1',
      eventTime: '2026-11-22T20:00:16.464550037Z',
      lastSeen: '2026-11-22T20:00:16Z',
      count: 3,
      resource: { kind: 'bucket', id: 'arn:aws:s3:::models', arn: 'arn:aws:s3:::models', name: 'models' },
      actor: { id: 'ada', name: 'ada', userAgent: 'cli ws234567abcdef.i' },
      status: 'open',
      sample: false,
      techniques: ['T1530'],
    });
  });

  it('leaves out what the pointers do not find', () => {
    const [signal] = signalsOf(
      readFormat(mapped, { i: 'x', r: 'y' }, { params: { id: '/i', rule: '/r', count: '/c' } }),
    );
    expect(signal).to.deep.equal({
      format: 'mapped',
      id: 'x',
      dedupeKey: 'x',
      rule: 'y',
      severity: null,
      rawSeverity: '',
      status: 'open',
      sample: false,
      techniques: [],
    });
  });

  it('maps severities by its own words first, then by the common table', () => {
    expect(read({ level: 'noise' })?.severity).to.equal(null);
    expect(read({ level: 'critical' })?.severity).to.equal(5);
    expect(read({ level: 'constructor' })?.severity).to.equal(null);
  });

  it('maps statuses and samples', () => {
    expect(
      [read({ state: 'closed' }), read({ state: 2 }), read({ state: 'muted' })].map((one) => one?.status),
    ).to.deep.equal(['resolved', 'resolved', 'suppressed']);
    expect(read({ test: true })?.sample).to.equal(true);
    expect(read({ test: 'drill' }, { sample: { at: '/test', equals: ['drill'] } })?.sample).to.equal(true);
  });

  it('reads objects for resource and actor', () => {
    const signal = read({ on: { id: 'x', type: 'vm', region: 'r' }, by: { arn: 'arn:aws:iam::1:user/u' } });
    expect(signal?.resource).to.deep.equal({ kind: 'vm', id: 'x', region: 'r' });
    expect(signal?.actor?.arn).to.equal('arn:aws:iam::1:user/u');
  });

  it('calls an alert without id or rule, and a value without items, malformed', () => {
    expect(readFormat(mapped, { data: { alerts: [{}, alert] } }, { params }).map(({ kind }) => kind)).to.deep.equal([
      'malformed',
      'signal',
    ]);
    expect(readFormat(mapped, { data: {} }, { params })[0]).to.deep.equal({
      kind: 'malformed',
      reason: 'nothing at items (/data/alerts)',
    });
  });

  it('refuses what is no JSON Pointer', () => {
    expect(mapped.params.safeParse({ id: '$.id', rule: '/r' }).success).to.equal(false);
  });
});
