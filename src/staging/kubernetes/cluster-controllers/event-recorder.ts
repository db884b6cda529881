import type { Clock } from '../../../model/clock.ts';
import { type KubernetesObject, metaTime } from '../objects/kubernetes-object.ts';
import type { Caller } from './caller.ts';

/** Records what happened to an object as an Event; the same again raises the count of the first. */
export type EventRecorder = (
  about: KubernetesObject,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
) => Promise<void>;

/** Events live for an hour, so longer is not remembered which were recorded. */
const rememberedMs = 3_600_000;

export function createEventRecorder(call: Caller, component: string, clock: Clock): EventRecorder {
  const known = new Map<string, { readonly path: string; count: number; readonly sinceMs: number }>();
  return async (about, { type, reason, message }) => {
    const { name, namespace = 'default', uid = '', resourceVersion = '' } = about.metadata;
    const nowMs = clock.epochMs();
    const now = metaTime(nowMs);
    const key = [uid, type, reason, message].join('\n');
    const collection = `/api/v1/namespaces/${namespace}/events`;
    const earlier = known.get(key);
    if (earlier !== undefined && nowMs - earlier.sinceMs < rememberedMs) {
      earlier.count += 1;
      const change = { count: earlier.count, lastTimestamp: now };
      await call('PATCH', earlier.path, change, 'application/strategic-merge-patch+json');
      return;
    }
    for (const [old, { sinceMs }] of known) if (nowMs - sinceMs >= rememberedMs) known.delete(old);
    const eventName = `${name}.${BigInt(Math.round(nowMs * 1e6)).toString(16)}${(known.size % 256).toString(16)}`;
    const { apiVersion, kind } = about;
    await call('POST', collection, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: { apiVersion, kind, name, namespace, uid, resourceVersion },
      reason,
      message,
      type,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
    });
    known.set(key, { path: `${collection}/${eventName}`, count: 1, sinceMs: nowMs });
  };
}
