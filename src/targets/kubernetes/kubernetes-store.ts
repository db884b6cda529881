import { hash } from 'node:crypto';
import { CallError } from '../../model/call.ts';
import { addressOf } from '../../model/environment-lease.ts';
import type { JsonObject } from '../../model/json.ts';
import { leaseName, readLease } from '../../model/lease.ts';
import type { Store } from '../../model/store.ts';
import type { ApiResource, KubernetesClients, KubernetesRequest } from './clients.ts';
import { textAt } from './identity.ts';

const leases: ApiResource = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const configMaps: ApiResource = { group: '', version: 'v1', resource: 'configmaps' };
const label = 'windshear.dev/store';
const nameNote = 'windshear.dev/name';
const leaseNote = 'windshear.dev/lease';

/**
 * Keeps objects in a namespace, by resourceVersion: the lease in a Lease (`kubectl get lease` shows who holds it), all
 * else in ConfigMaps (1 MiB at most each) whose names are hashes and whose annotation tells the name. An update of an older
 * version is answered 409. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export function kubernetesStore(
  clients: Pick<KubernetesClients, 'call'>,
  place: { namespace: string; name: string },
): Store {
  const { namespace } = place;

  function request(name: string, more: Pick<KubernetesRequest, 'verb'>): KubernetesRequest {
    const isLease = name === leaseName;
    return {
      ...more,
      of: isLease ? leases : configMaps,
      namespace,
      name: isLease ? place.name : hashed(place.name, name),
    };
  }

  return {
    address: addressOf({ type: 'kubernetes', ...place }),
    async read(name, signal) {
      const body = await unless('not-found', clients.call(request(name, { verb: 'get' }), signal));
      if (body === undefined) return undefined;
      const version = textAt(body, 'metadata', 'resourceVersion');
      if (version === undefined) return undefined;
      const note = textAt(body, 'metadata', 'annotations', leaseNote);
      const bytes = name === leaseName ? note : textAt(body, 'binaryData', 'bytes');
      return { bytes: Buffer.from(bytes ?? '', name === leaseName ? 'utf8' : 'base64'), version };
    },
    async write(name, bytes, { over, signal }) {
      const { name: objectName = '', ...asked } = request(name, { verb: over === undefined ? 'create' : 'update' });
      const { of } = asked;
      const metadata = {
        name: objectName,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': 'windshear', [label]: place.name },
        ...(over === undefined ? {} : { resourceVersion: over }),
      };
      const body = of === leases ? leaseObject(metadata, bytes) : configMap(metadata, name, bytes);
      try {
        const answer = await clients.call(
          { ...asked, body, ...(over === undefined ? {} : { name: objectName }) },
          signal,
        );
        return textAt(answer.body, 'metadata', 'resourceVersion');
      } catch (error) {
        const isLost =
          error instanceof CallError &&
          (error.kind === 'conflict' || (over !== undefined && error.kind === 'not-found'));
        if (isLost) return undefined;
        throw error;
      }
    },
    async list(prefix, signal) {
      const { body } = await clients.call(
        { verb: 'list', of: configMaps, namespace, labelSelector: `${label}=${place.name}` },
        signal,
      );
      const items = Array.isArray(body['items']) ? (body['items'] as readonly JsonObject[]) : [];
      const names = items.flatMap((item) => textAt(item, 'metadata', 'annotations', nameNote) ?? []);
      return names.filter((name) => name.startsWith(prefix)).sort();
    },
    async remove(name, signal) {
      await unless('not-found', clients.call(request(name, { verb: 'delete' }), signal));
    },
  };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
function leaseObject(metadata: JsonObject, bytes: Uint8Array): JsonObject {
  const lease = readLease(bytes);
  const spec =
    lease === undefined
      ? {}
      : {
          holderIdentity: lease.status === 'free' ? '' : `${lease.run}@${lease.host}`,
          leaseDurationSeconds: Math.max(1, Math.ceil(lease.ttlMs / 1000)),
          acquireTime: microTime(lease.since),
          renewTime: microTime(lease.renewedAt),
        };
  const annotations = { [leaseNote]: new TextDecoder().decode(bytes) };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...metadata, annotations }, spec };
}

function configMap(metadata: JsonObject, name: string, bytes: Uint8Array): JsonObject {
  const annotations = { [nameNote]: name };
  const binaryData = { bytes: Buffer.from(bytes).toString('base64') };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, annotations }, binaryData };
}

/** A MicroTime has six digits of a second. */
function microTime(iso: string): string {
  return iso.replace(/\.(\d{3})Z$/, '.$1000Z');
}

function hashed(prefix: string, name: string): string {
  return `${prefix}-${hash('sha256', name, 'hex').slice(0, 20)}`;
}

async function unless(
  kind: CallError['kind'],
  answer: ReturnType<KubernetesClients['call']>,
): Promise<JsonObject | undefined> {
  try {
    return (await answer).body;
  } catch (error) {
    if (error instanceof CallError && error.kind === kind) return undefined;
    throw error;
  }
}
