import { expect } from 'chai';
import { severityByName, severityByNumber } from './severity.ts';

describe('severityByName', () => {
  const table: [string, number | null][] = [
    ['Emergency', 5],
    ['Alert', 5],
    ['CRITICAL', 5],
    ['page', 5],
    ['Error', 4],
    ['HIGH', 4],
    ['Warning', 3],
    [' medium ', 3],
    ['Notice', 2],
    ['Low', 2],
    ['Informational', 1],
    ['Debug', 1],
    ['none', null],
    ['', null],
    ['constructor', null],
  ];
  for (const [name, severity] of table)
    it(`maps '${name}' to ${severity}`, () => expect(severityByName(name)).to.equal(severity));
});

describe('severityByNumber', () => {
  const table = [
    ['ocsf', 0, null],
    ['ocsf', 1, 1],
    ['ocsf', 6, 5],
    ['ocsf', 99, null],
    ['guardduty', 8.95, 4],
    ['guardduty', 9, 5],
    ['guardduty', 3.9, 2],
    ['guardduty', 0.5, null],
    ['sysdig', 0, 5],
    ['sysdig', 7, 1],
    ['syslog', 3, 4],
    ['otlp', 17, 4],
    ['otlp', 25, null],
  ] as const;
  for (const [scale, value, severity] of table)
    it(`maps ${value} on the ${scale} scale to ${severity}`, () =>
      expect(severityByNumber(scale, value)).to.equal(severity));
});
