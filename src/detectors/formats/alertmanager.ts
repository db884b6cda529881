import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { severityByName } from '../../model/severity.ts';
import type { Signal } from '../../model/signal.ts';
import { defined, isArn, listOf, memberOf, objectOf, stringOf, techniquesIn } from '../guards.ts';
import { isoFromText } from '../times.ts';
import { fromArn } from './cloudtrail-call.ts';

/**
 * Reads alerts of the Alertmanager family: its webhook (version 4, https://prometheus.io/docs/alerting/latest/configuration/#webhook_config),
 * Grafana's superset of it, the list of API v2, and Prometheus' own `/api/v1/alerts`.
 * Each alert counts by its own status, never by the group's. `eventTime` is when the alert began (startsAt, activeAt).
 */
export const alertmanager = defineFormat({
  type: 'alertmanager',
  title: 'Alertmanager alerts',
  description:
    "Alertmanager's webhook and API v2, Grafana's webhook, and Prometheus' alert list. `rule` is the label alertname, " +
    'severity the label severity (or priority). Resource comes from the labels resource, arn, namespace, pod, instance, ' +
    'account, region, cluster; the label sample="true", and the test alerts of Grafana and falcosidekick, are samples. ' +
    'Pending alerts, and DatasourceNoData and DatasourceError, are no alerts yet and are ignored.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  *read({ value }) {
    const list = listOf(value) ?? listOf(memberOf(value, 'alerts')) ?? listOf(memberOf(value, 'data', 'alerts'));
    if (list === undefined) {
      yield readAlert(value);
      return;
    }
    for (const record of list) {
      const group = listOf(memberOf(record, 'alerts'));
      if (group === undefined) yield { ...readAlert(record), record };
      else for (const alert of group) yield { ...readAlert(alert), record: alert };
    }
  },
});

function readAlert(value: Json): Exclude<Parsed, { kind: 'content' }> {
  const alert = objectOf(value);
  const labels = objectOf(alert?.['labels']);
  const rule = stringOf(labels?.['alertname']);
  if (alert === undefined || labels === undefined || rule === undefined)
    return { kind: 'malformed', reason: 'an alert without labels.alertname' };
  if (rule === 'DatasourceNoData' || rule === 'DatasourceError')
    return { kind: 'ignored', reason: `${rule} is about the data source` };
  const state = stateOf(alert);
  if (state === 'pending' || state === 'inactive') return { kind: 'ignored', reason: `the alert is ${state}` };
  const status = statuses.get(state);
  if (status === undefined) return { kind: 'malformed', reason: `an alert in unknown state '${state}'` };

  const fingerprint = stringOf(alert['fingerprint']) ?? labelSet(labels);
  const startsAt = isoFromText(alert['startsAt']) ?? isoFromText(alert['activeAt']);
  const rawSeverity = stringOf(labels['severity']) ?? stringOf(labels['priority']) ?? '';
  const techniques = [labels['technique'], labels['techniques'], labels['tags']].flatMap((text) =>
    typeof text === 'string' ? text.split(',') : [],
  );
  const fields = defined({
    eventTime: startsAt,
    alertTime: startsAt,
    updatedAt: isoFromText(alert['updatedAt']),
    resource: resourceOf(labels),
    actor: actorOf(labels),
  });
  return {
    kind: 'signal',
    signal: {
      format: 'alertmanager',
      id: fingerprint,
      dedupeKey: startsAt === undefined ? fingerprint : `${fingerprint}/${startsAt}`,
      rule,
      severity: severityByName(rawSeverity),
      rawSeverity,
      status,
      sample: labels['sample'] === 'true' || testRules.has(rule),
      techniques: techniquesIn(techniques),
      ...fields,
    },
  };
}

/** Grafana's and falcosidekick's test alerts. */
const testRules: ReadonlySet<string> = new Set(['TestAlert', 'Test rule']);

const statuses: ReadonlyMap<string, Signal['status']> = new Map([
  ['firing', 'open'],
  ['active', 'open'],
  ['unprocessed', 'open'],
  ['alerting', 'open'],
  ['resolved', 'resolved'],
  ['ok', 'resolved'],
  ['normal', 'resolved'],
  ['suppressed', 'suppressed'],
]);

/** A status text (webhook), `status.state` (API v2), `state` (Prometheus); an alert that is posted has none and fires. */
function stateOf(alert: JsonObject): string {
  const state = stringOf(alert['status']) ?? stringOf(memberOf(alert, 'status', 'state')) ?? stringOf(alert['state']);
  return state?.toLowerCase() ?? 'firing';
}

/** Alertmanager's fingerprint is a hash of the label set; where it is not told, the label set itself serves. */
function labelSet(labels: JsonObject): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function firstOf(labels: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = stringOf(labels[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

function resourceOf(labels: JsonObject): Signal['resource'] {
  const given = firstOf(labels, ['resource', 'arn', 'resource_arn', 'resource_id']);
  const workload = ['pod', 'deployment', 'daemonset', 'statefulset', 'job_name', 'node'].find(
    (name) => stringOf(labels[name]) !== undefined,
  );
  const name = workload === undefined ? undefined : stringOf(labels[workload]);
  const instance = given === undefined && name === undefined ? stringOf(labels['instance']) : undefined;
  const own = isArn(given)
    ? fromArn(given)
    : given !== undefined
      ? { id: given }
      : name !== undefined
        ? { kind: workload, id: name, name }
        : instance !== undefined
          ? { kind: 'instance', id: instance }
          : {};
  const around = defined({
    kind: firstOf(labels, ['resource_kind', 'kind']),
    account: firstOf(labels, ['account', 'account_id']),
    region: firstOf(labels, ['region']),
    namespace: firstOf(labels, ['namespace', 'k8s_ns_name']),
    cluster: firstOf(labels, ['cluster']),
  });
  return defined({ ...around, ...own });
}

function actorOf(labels: JsonObject): Signal['actor'] {
  const given = firstOf(labels, ['actor', 'user', 'principal']);
  const userAgent = firstOf(labels, ['user_agent', 'userAgent']);
  return defined({
    id: given,
    arn: isArn(given) ? given : undefined,
    name: given === undefined || isArn(given) ? undefined : given,
    userAgent,
  });
}
