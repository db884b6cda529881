import { createHash } from 'node:crypto';

export type Labels = Readonly<Record<string, string>>;

export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** What Alertmanager posts: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export interface Notification {
  readonly version: '4';
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Labels;
  readonly commonLabels: Labels;
  readonly commonAnnotations: Labels;
  readonly externalURL: string;
  readonly alerts: readonly Alert[];
}

/** Open alerts have this end. */
export const noEnd = '0001-01-01T00:00:00Z';

/** Makes an alert; its fingerprint is that of its labels, so that the end is known to belong to the beginning. */
export function alertOf(
  labels: Labels,
  summary: string,
  times: { readonly startsAt: string; readonly endsAt?: string },
): Alert {
  const text = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
  return {
    status: times.endsAt === undefined ? 'firing' : 'resolved',
    labels,
    annotations: { summary },
    startsAt: times.startsAt,
    endsAt: times.endsAt ?? noEnd,
    generatorURL: 'http://127.0.0.1/uptime',
    fingerprint: createHash('sha256').update(text).digest('hex').slice(0, 16),
  };
}

/** Groups by name of the rule, each alert in a notification of its own. */
export function notificationOf(alert: Alert): Notification {
  const { alertname = '' } = alert.labels;
  return {
    version: '4',
    groupKey: `{}:{alertname="${alertname}"}`,
    truncatedAlerts: 0,
    status: alert.status,
    receiver: 'windshear',
    groupLabels: { alertname },
    commonLabels: alert.labels,
    commonAnnotations: alert.annotations,
    externalURL: 'http://127.0.0.1',
    alerts: [alert],
  };
}

/** Posts one notification and answers the status. */
export async function postNotification(url: string, notification: Notification, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Alertmanager/0.28' },
    body: JSON.stringify(notification),
    redirect: 'manual',
    signal,
  });
  await response.body?.cancel();
  return response.status;
}
