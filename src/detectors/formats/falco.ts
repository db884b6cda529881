import { z } from 'zod';
import { defineFormat, type FormatInput, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import type { Signal } from '../../model/signal.ts';
import { listOf, objectOf, stringOf, techniquesIn } from '../guards.ts';
import { isoFromEpoch, isoFromText } from '../times.ts';
import { falcoSubject } from './falco-subject.ts';

/**
 * Reads Falco's alerts as `json_output` writes them (file, stdout, program, http) and as falcosidekick forwards them:
 * https://falco.org/docs/concepts/outputs/formatting/ and https://github.com/falcosecurity/falcosidekick.
 * `time` is the event's own time to the nanosecond; output, output_fields, tags, hostname and source may be absent.
 */
export const falco = defineFormat({
  type: 'falco',
  title: 'Falco alerts',
  description:
    'One JSON object an alert, as Falco writes it or falcosidekick forwards it. Lines of prose are ignored, and so are ' +
    "Falco's own notices (source `internal`). The rule `Test rule` of falcosidekick counts as a sample. Resource and " +
    'actor come from the Kubernetes audit, CloudTrail or system call fields, whichever the alert has.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  prose: true,
  read({ value, known }) {
    const list = listOf(value);
    if (list === undefined) return [readAlert(value, known)];
    return list.map((record) => ({ ...readAlert(record, known), record }));
  },
});

function readAlert(value: Json, known: FormatInput['known']): Exclude<Parsed, { kind: 'content' }> {
  const alert = objectOf(value);
  if (alert === undefined) return { kind: 'malformed', reason: 'a Falco alert is an object' };
  const rule = stringOf(alert['rule']);
  const priority = stringOf(alert['priority']);
  if (rule === undefined) return { kind: 'malformed', reason: 'a Falco alert without rule' };
  if (alert['source'] === 'internal' || rule.startsWith('Falco internal:'))
    return { kind: 'ignored', reason: "Falco's own notice" };
  if (priority === undefined) return { kind: 'malformed', reason: 'a Falco alert without priority' };

  const fields = objectOf(alert['output_fields']) ?? none;
  const hostname = stringOf(alert['hostname']);
  const eventTime = isoFromText(alert['time']) ?? timeInFields(fields);
  const id = stringOf(alert['uuid']) ?? known.id ?? derivedId(rule, eventTime ?? '', hostname ?? '', fields);
  const signal: { -readonly [K in keyof Signal]: Signal[K] } = {
    format: 'falco',
    id,
    dedupeKey: known.dedupeKey ?? id,
    rule,
    severity: severityByName(priority),
    rawSeverity: priority,
    status: 'open',
    sample: rule === 'Test rule',
    techniques: techniquesIn(listOf(alert['tags'])),
  };
  if (eventTime !== undefined) signal.eventTime = eventTime;
  Object.assign(signal, falcoSubject(fields, hostname));
  return { kind: 'signal', signal };
}

const none: JsonObject = {};

/** Integers of nanoseconds even where the field is named after ISO 8601; some plugins write text. */
function timeInFields(fields: JsonObject): string | undefined {
  for (const name of ['evt.time', 'evt.time.iso8601', 'evt.rawtime', 'jevt.time.iso8601', 'jevt.rawtime']) {
    const value = fields[name];
    const time = isoFromText(value) ?? isoFromEpoch(value, 'ns');
    if (time !== undefined) return time;
  }
  return undefined;
}

/** Falco gives alerts no id: the event's own one where a plugin has it, else its nanosecond, host and rule. */
function derivedId(rule: string, time: string, hostname: string, fields: JsonObject): string {
  const event = stringOf(fields['ct.id']) ?? stringOf(fields['ka.auditid']);
  return event === undefined ? `${time}/${hostname}/${rule}` : `${event}/${rule}`;
}
