import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AnyFormat, BoundFormat, FormatDefinition } from '../model/detector.ts';
import { alertmanager } from './formats/alertmanager.ts';
import { cloudevents } from './formats/cloudevents.ts';
import { cloudtrail } from './formats/cloudtrail.ts';
import { eventbridge } from './formats/eventbridge.ts';
import { falco } from './formats/falco.ts';
import { mapped } from './formats/mapped.ts';
import { ocsf } from './formats/ocsf.ts';
import { type ParsedAlerts, parseAlerts } from './parse.ts';

const folder = process.env['WINDSHEAR_SAMPLE_PAYLOADS'];

function bound<Params>(definition: FormatDefinition<Params>, params: unknown = {}): BoundFormat {
  return { definition: definition as unknown as AnyFormat, params: definition.params.parse(params) };
}

/** Which files of the folder are read through which formats, and that each gives signals only. */
const readable: readonly [pattern: RegExp, formats: readonly BoundFormat[]][] = [
  [/^falco\//, [bound(falco)]],
  [/^falcosidekick\/input/, [bound(falco)]],
  [/^falcosidekick\/output-alertmanager/, [bound(alertmanager)]],
  [/^grafana\/webhook/, [bound(alertmanager)]],
  [/^cloudtrail\//, [bound(cloudtrail)]],
  [/^eventbridge\/cloudtrail/, [bound(eventbridge), bound(cloudtrail)]],
  [/^cloudevents\/falco/, [bound(cloudevents), bound(falco)]],
  [/^cloudevents\//, [bound(cloudevents)]],
  [
    /^sysdig\/event/,
    [bound(mapped, { id: '/id', rule: '/content/ruleName', eventTime: { at: '/timestamp', unit: 'ns' } })],
  ],
  [
    /^guardduty\/finding/,
    [
      bound(mapped, {
        id: '/id',
        rule: '/type',
        eventTime: '/service/eventLastSeen',
        updatedAt: '/updatedAt',
        count: '/service/count',
        sample: '/service/additionalInfo/sample',
      }),
    ],
  ],
  [
    /^eventbridge\/sqs-receive/,
    [bound(eventbridge), bound(mapped, { id: '/id', rule: '/type', count: '/service/count' })],
  ],
  [
    /^securityhub\/eventbridge/,
    [bound(eventbridge), bound(mapped, { items: '/findings', id: '/Id', rule: '/Title', severity: '/Severity/Label' })],
  ],
];

describe('recorded samples', () => {
  const files =
    folder === undefined
      ? []
      : readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
          statSync(join(folder, name)).isFile(),
        );
  const read = (formats: readonly BoundFormat[], name: string): ParsedAlerts =>
    parseAlerts(formats, readFileSync(join(folder ?? '', name)));

  // Captured alerts of third parties, one sub-folder a tool, are no part of the project.
  it(`are at hand${folder === undefined ? ' (skipped: WINDSHEAR_SAMPLE_PAYLOADS names no folder)' : ''}`, function () {
    if (folder === undefined) this.skip();
    expect(files).not.to.have.length(0);
  });

  for (const [pattern, formats] of readable)
    for (const name of files.filter((one) => pattern.test(one)))
      it(`gives signals only from ${name} through ${formats.map(({ definition }) => definition.type).join(', ')}`, () => {
        const { signals, problems } = read(formats, name);
        expect(problems).to.deep.equal([]);
        expect(signals).not.to.have.length(0);
      });

  for (const name of files)
    it(`never makes any format throw on ${name}`, () => {
      for (const one of [falco, alertmanager, cloudtrail, cloudevents, ocsf] as const) {
        const { signals, ignored, problems } = read([bound(one as FormatDefinition<unknown>)], name);
        if (statSync(join(folder ?? '', name)).size > 0 && /\.json$/.test(name))
          expect(signals.length + ignored + problems.length).to.be.greaterThan(0);
      }
      read([bound(eventbridge), bound(ocsf)], name);
    });
});
