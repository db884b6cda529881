import type { Json } from '../../../model/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { withMeta } from '../objects/kubernetes-object.ts';
import { apiVersionOf, keyOf } from '../objects/resources.ts';
import { badRequest, expired, statusOf } from '../objects/status.ts';
import type { StoredEvent } from '../storage/store.ts';
import type { Cluster, Request, WatchReply } from './call.ts';
import { namespaceOf, selectionOf } from './read.ts';
import { isTrue } from './request-info.ts';

/**
 * Tells every change after a resourceVersion, without one first what there is. A version that is too old is answered
 * by an ERROR event with code 410, as the real server's watch cache does.
 */
export function watchObjects({ store, bookmarkMs }: Cluster, request: Request): WatchReply {
  const { resource, call } = request;
  const query = call.url.searchParams;
  const version = query.get('resourceVersion') ?? '';
  const from = Number(version);
  if (!Number.isInteger(from)) throw badRequest(`resourceVersion: Invalid value: "${version}"`);
  const key = keyOf(resource);
  const selected = selectionOf(request);
  const namespace = namespaceOf(request);
  const matches = (object: KubernetesObject | undefined): object is KubernetesObject =>
    object !== undefined && (namespace === undefined || object.metadata.namespace === namespace) && selected(object);
  const bookmarks = isTrue(query.get('allowWatchBookmarks') ?? 'false');
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0);

  return {
    start(send, end) {
      if (version === '' || version === '0') {
        for (const object of store.list(key, namespace).filter(selected)) send({ type: 'ADDED', object });
      } else {
        const missed = store.since(key, from);
        if (missed === undefined) {
          send({ type: 'ERROR', object: statusOf(expired(`too old resource version: ${from} (${store.revision()})`)) });
          end();
          return () => undefined;
        }
        for (const event of missed) tell(event);
      }
      const stopListening = store.listen(key, (event) => {
        if (event.revision > from) tell(event);
      });
      const beat = setInterval(bookmark, bookmarkMs);
      const deadline =
        timeoutSeconds > 0
          ? setTimeout(() => {
              bookmark();
              end();
            }, timeoutSeconds * 1000)
          : undefined;
      return () => {
        stopListening();
        clearInterval(beat);
        clearTimeout(deadline);
      };

      function tell(event: StoredEvent): void {
        const seen = asSeen(event, matches);
        if (seen !== undefined) send(seen);
      }

      function bookmark(): void {
        if (!bookmarks) return;
        const metadata = { resourceVersion: String(store.revision()), creationTimestamp: null };
        send({ type: 'BOOKMARK', object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } });
      }
    },
  };
}

/** What begins to match is added for this watch, what ceases to match is deleted. */
function asSeen(
  { type, object, previous, revision }: StoredEvent,
  matches: (object: KubernetesObject | undefined) => object is KubernetesObject,
): Json | undefined {
  const before = type !== 'ADDED' && matches(previous);
  const after = type !== 'DELETED' && matches(object);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before || previous === undefined) return undefined;
  return { type: 'DELETED', object: withMeta(previous, { resourceVersion: String(revision) }) };
}
