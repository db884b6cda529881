import { expect } from 'chai';
import { firstOutside, type TimeWindow, windowSchema } from './window.ts';

const office = windowSchema.parse({ days: ['mon', 'fri'], from: '08:00', to: '18:00', zone: 'Europe/Berlin' });
const night = windowSchema.parse({ days: ['sat'], from: '22:00', to: '03:00', zone: 'Europe/Berlin' });

describe('firstOutside', () => {
  for (const [name, window, from, to, outside] of [
    ['lets a span inside pass', office, '2026-01-05T07:00Z', '2026-01-05T16:59Z', undefined],
    [
      'names the minute at which the window closes',
      office,
      '2026-01-05T16:58Z',
      '2026-01-05T17:30Z',
      '2026-01-05T17:00Z',
    ],
    ['refuses a start before it opens', office, '2026-01-05T06:59Z', '2026-01-05T07:10Z', '2026-01-05T06:59Z'],
    ['refuses another day', office, '2026-01-06T09:00Z', '2026-01-06T09:01Z', '2026-01-06T09:00Z'],
    [
      'opens an hour earlier in UTC once summer time holds',
      office,
      '2026-06-01T06:00Z',
      '2026-06-01T15:59Z',
      undefined,
    ],
    [
      'closes an hour earlier in UTC once summer time holds',
      office,
      '2026-06-01T15:59Z',
      '2026-06-01T16:30Z',
      '2026-06-01T16:00Z',
    ],
    [
      'reaches past midnight into a day that it does not name',
      night,
      '2026-01-10T21:00Z',
      '2026-01-11T01:59Z',
      undefined,
    ],
    [
      'does not begin past midnight of an unnamed day',
      night,
      '2026-01-10T00:30Z',
      '2026-01-10T00:31Z',
      '2026-01-10T00:30Z',
    ],
    [
      'closes early where spring skips the hour before its end',
      night,
      '2026-03-29T00:00Z',
      '2026-03-29T02:00Z',
      '2026-03-29T01:00Z',
    ],
    ['holds twice through the hour that autumn repeats', night, '2026-10-24T23:00Z', '2026-10-25T01:59Z', undefined],
  ] as const) {
    it(name, () => {
      const got = firstOutside([window], { fromEpochMs: Date.parse(from), toEpochMs: Date.parse(to) });
      expect(got).to.equal(outside === undefined ? undefined : Date.parse(outside));
    });
  }

  it('joins windows that follow each other', () => {
    const halves: readonly TimeWindow[] = [
      { ...office, to: '12:00' },
      { ...office, from: '12:00' },
    ];
    const span = { fromEpochMs: Date.parse('2026-01-05T07:00Z'), toEpochMs: Date.parse('2026-01-05T16:59Z') };
    expect(firstOutside(halves, span)).to.equal(undefined);
  });
});

describe('windowSchema', () => {
  for (const [name, change] of [
    ['a zone that nobody knows', { zone: 'Europe/Nowhere' }],
    ['a time without minutes', { from: '8' }],
    ['an hour that no day has', { to: '25:00' }],
    ['a missing zone', { zone: undefined }],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(windowSchema.safeParse({ ...office, ...change }).success).to.equal(false);
    });
  }
});
