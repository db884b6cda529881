import { expect } from 'chai';
import { isoFromEpoch, isoFromText } from './times.ts';

describe('isoFromText', () => {
  const table: [string, string | undefined][] = [
    ['2026-10-07T07:21:01.871149301Z', '2026-10-07T07:21:01.871149301Z'],
    ['2026-10-07T07:21:01+02:00', '2026-10-07T07:21:01+02:00'],
    ['2026-10-07T07:21:01+0200', '2026-10-07T07:21:01+02:00'],
    ['2026-10-07 07:21:01.5 UTC', '2026-10-07T07:21:01.5Z'],
    ['2026-10-07t07:21:01z', '2026-10-07T07:21:01Z'],
    ['2026-10-07T07:21:01', undefined],
    ['2026-02-30T07:21:01Z', undefined],
    ['2024-02-29T07:21:01Z', '2024-02-29T07:21:01Z'],
    ['2026-10-07T24:00:00Z', undefined],
    ['2026-10-07', undefined],
    ['yesterday', undefined],
  ];
  for (const [text, iso] of table) it(`reads '${text}' as ${iso}`, () => expect(isoFromText(text)).to.equal(iso));

  it('reads a text without offset only where its source writes UTC', () => {
    expect(isoFromText('2024-12-16 18:41:07.000', { utc: true })).to.equal('2024-12-16T18:41:07.000Z');
  });
});

describe('isoFromEpoch', () => {
  const table = [
    [1791357661871, 'ms', '2026-10-07T07:21:01.871Z'],
    ['1791357661871149301', 'ns', '2026-10-07T07:21:01.871149301Z'],
    ['1791357661871149300', 'ns', '2026-10-07T07:21:01.8711493Z'],
    [1791357661, 's', '2026-10-07T07:21:01.000Z'],
    [1791357661.871149, 's', '2026-10-07T07:21:01.871149Z'],
    [2 ** 60, 'ns', undefined],
    [-1, 'ms', undefined],
    ['99999999999999999', 'ms', undefined],
    [null, 'ms', undefined],
  ] as const;
  for (const [value, unit, iso] of table)
    it(`reads ${value} ${unit} as ${iso}`, () => expect(isoFromEpoch(value, unit)).to.equal(iso));
});
