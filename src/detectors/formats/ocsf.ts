import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { severityByName, severityByNumber } from '../../model/severity.ts';
import type { Signal } from '../../model/signal.ts';
import { countOf, defined, isArn, listOf, memberOf, numberOf, objectOf, stringOf, wordOf } from '../guards.ts';
import { isoFromEpoch, isoFromText } from '../times.ts';
import { callAction } from './cloudtrail-call.ts';

/**
 * Reads OCSF findings, classes 2001 to 2007 of versions 1.x: https://schema.ocsf.io/1.5.0/classes/detection_finding
 * A value is one finding or a list. Times are epoch milliseconds; where the `_dt` text beside one is given, it is taken.
 */
export const ocsf = defineFormat({
  type: 'ocsf',
  title: 'OCSF findings',
  description:
    'Security, vulnerability, compliance, detection, incident, data security and posture findings (class_uid 2001 to ' +
    "2007). `rule` is the analytic's name, else the title; a closed or resolved finding is resolved, status 3 is " +
    'suppressed. A sample is told by `unmapped.sample` or a title that starts with [SAMPLE].',
  params: z.strictObject({}),
  example: {},
  recurrence: 'count',
  yields: 'signals',
  *read({ value, known }) {
    const list = listOf(value) ?? listOf(memberOf(value, 'findings'));
    if (list === undefined) yield readFinding(value, known);
    else for (const record of list) yield { ...readFinding(record, known), record };
  },
});

function readFinding(value: Json, known: Partial<Signal>): Exclude<Parsed, { kind: 'content' }> {
  const finding = objectOf(value);
  if (finding === undefined) return { kind: 'malformed', reason: 'an OCSF finding is an object' };
  const classUid = numberOf(finding['class_uid']);
  if (classUid === undefined) return { kind: 'malformed', reason: 'an OCSF event without class_uid' };
  if (classUid < 2001 || classUid > 2007) return { kind: 'ignored', reason: `OCSF class ${classUid} is no finding` };

  const info = objectOf(finding['finding_info']) ?? objectOf(finding['finding']);
  const title = stringOf(info?.['title']);
  const types = (listOf(info?.['types']) ?? []).map(stringOf).filter((one) => one !== undefined);
  const rule = stringOf(memberOf(info, 'analytic', 'name')) ?? title ?? types[0];
  const id = wordOf(info?.['uid']) ?? wordOf(memberOf(finding, 'metadata', 'uid')) ?? known.id;
  if (rule === undefined || id === undefined)
    return { kind: 'malformed', reason: 'an OCSF finding without uid, or without analytic, title and types' };

  const severityId = numberOf(finding['severity_id']);
  const rawSeverity = stringOf(finding['severity']) ?? wordOf(finding['severity_id']) ?? '';
  const count = countOf(finding['count']);
  const lastSeen = timeOf(info, 'last_seen_time');
  const fields = defined({
    ruleId: stringOf(memberOf(info, 'analytic', 'uid')) ?? types[0],
    eventTime: lastSeen ?? timeOf(finding, 'time'),
    alertTime: timeOf(info, 'created_time'),
    updatedAt: timeOf(info, 'modified_time'),
    lastSeen,
    count,
    ...subjectsOf(finding),
    ...callOf(finding),
  });
  return {
    kind: 'signal',
    signal: {
      format: 'ocsf',
      id,
      dedupeKey: id,
      rule,
      severity: severityId === undefined ? severityByName(rawSeverity) : severityByNumber('ocsf', severityId),
      rawSeverity,
      status: statusOf(finding),
      sample: isSample(finding, title),
      techniques: techniquesOf(finding, info),
      ...fields,
    },
  };
}

function timeOf(holder: JsonObject | undefined, name: string): string | undefined {
  return isoFromText(holder?.[`${name}_dt`]) ?? isoFromEpoch(holder?.[name], 'ms');
}

/** activity_id 3 is Close; status_id 3 suppressed, 4 resolved, 5 archived, 6 deleted. */
function statusOf(finding: JsonObject): Signal['status'] {
  const status = numberOf(finding['status_id']);
  if (status === 3) return 'suppressed';
  if (numberOf(finding['activity_id']) === 3 || (status !== undefined && status >= 4 && status <= 6)) return 'resolved';
  return 'open';
}

function isSample(finding: JsonObject, title: string | undefined): boolean {
  const flag = memberOf(finding, 'unmapped', 'sample');
  return flag === true || flag === 'true' || title?.startsWith('[SAMPLE]') === true;
}

/** Actor, addresses and call stand at the top or, in newer producers, in the first evidence. */
function seenIn(finding: JsonObject, ...path: readonly string[]): Json | undefined {
  return memberOf(finding, ...path) ?? memberOf(listOf(finding['evidences'])?.[0], ...path);
}

function subjectsOf(finding: JsonObject): Pick<Signal, 'resource' | 'resources' | 'actor'> {
  const [first, ...rest] = [
    ...(listOf(finding['resources']) ?? []),
    ...(finding['resource'] ? [finding['resource']] : []),
  ];
  const uid = wordOf(memberOf(first, 'uid'));
  const userUid = wordOf(seenIn(finding, 'actor', 'user', 'uid'));
  const resource = defined({
    kind: stringOf(memberOf(first, 'type')),
    id: uid,
    arn: isArn(uid) ? uid : undefined,
    namespace: stringOf(memberOf(first, 'namespace')),
    name: stringOf(memberOf(first, 'name')),
    account: wordOf(memberOf(first, 'owner', 'account', 'uid')) ?? wordOf(memberOf(finding, 'cloud', 'account', 'uid')),
    region: stringOf(memberOf(first, 'region')) ?? stringOf(memberOf(finding, 'cloud', 'region')),
    cluster: stringOf(memberOf(first, 'cluster', 'name')),
  });
  const others = rest.map((one) => wordOf(memberOf(one, 'uid'))).filter((one) => one !== undefined);
  const actor = defined({
    type: stringOf(seenIn(finding, 'actor', 'user', 'type')),
    id: userUid,
    arn: isArn(userUid) ? userUid : undefined,
    name: stringOf(seenIn(finding, 'actor', 'user', 'name')),
    ip: stringOf(seenIn(finding, 'src_endpoint', 'ip')),
    userAgent: stringOf(seenIn(finding, 'http_request', 'user_agent')),
  });
  return defined({ resource, resources: others.length > 0 ? others : undefined, actor }) ?? {};
}

function callOf(finding: JsonObject): Pick<Signal, 'action' | 'errorCode' | 'requestId'> {
  const service = stringOf(seenIn(finding, 'api', 'service', 'name'));
  const operation = stringOf(seenIn(finding, 'api', 'operation'));
  return (
    defined({
      action: service === undefined || operation === undefined ? undefined : callAction(service, operation),
      errorCode: stringOf(seenIn(finding, 'api', 'response', 'error')),
      requestId: stringOf(seenIn(finding, 'api', 'request', 'uid')),
    }) ?? {}
  );
}

function techniquesOf(finding: JsonObject, info: JsonObject | undefined): string[] {
  const attacks = [...(listOf(info?.['attacks']) ?? []), ...(listOf(finding['attacks']) ?? [])];
  const ids = attacks.map(
    (one) => stringOf(memberOf(one, 'sub_technique', 'uid')) ?? stringOf(memberOf(one, 'technique', 'uid')),
  );
  return [...new Set(ids.filter((one) => one !== undefined))];
}
