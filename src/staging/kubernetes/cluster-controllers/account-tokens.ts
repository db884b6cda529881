import type { ServiceAccountTokens } from '../access/service-account-tokens.ts';
import { accountNameAnnotation, accountTokenType } from '../kinds/plain-rules.ts';
import { secrets, serviceAccounts } from '../objects/built-in.ts';
import { textAt } from '../objects/json.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { keyOf } from '../objects/resources.ts';
import { callerFor, unless } from './caller.ts';
import { type ControllerParts, placeOf, workItem } from './parts.ts';
import { createQueue, type WorkQueue } from './queue.ts';

const uidAnnotation = 'kubernetes.io/service-account.uid';

/** Puts a long-lived token into each Secret that asks for one, and deletes it with its service account. */
export function runAccountTokens(
  parts: ControllerParts & { readonly tokens: ServiceAccountTokens; readonly caCertificate: string },
): WorkQueue {
  const { store, handle, clock, log, signal, tokens, caCertificate } = parts;
  const user = { username: 'system:kube-controller-manager', groups: ['system:authenticated'] };
  const call = callerFor(
    handle,
    user,
    'kube-controller-manager/v1.36.3 (linux/amd64) kubernetes/windshear/tokens-controller',
  );
  const queue = createQueue({ name: 'tokens-controller', work, clock, log, signal });
  store.listen(keyOf(secrets), ({ type, object }) => {
    if (type !== 'DELETED' && object['type'] === accountTokenType) queue.add(workItem(object));
  });
  store.listen(keyOf(serviceAccounts), ({ type, object }) => {
    if (type !== 'DELETED') return;
    const { name, namespace } = object.metadata;
    for (const secret of store.list(keyOf(secrets), namespace)) {
      if (secret['type'] === accountTokenType && accountOf(secret) === name) queue.add(workItem(secret));
    }
  });
  return queue;

  async function work(item: string): Promise<void> {
    const { namespace, name } = placeOf(item);
    const secret = store.get(keyOf(secrets), namespace, name);
    if (secret === undefined) return;
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const account = store.get(keyOf(serviceAccounts), namespace, accountOf(secret));
    const uid = account?.metadata.uid;
    const wantedUid = secret.metadata.annotations?.[uidAnnotation];
    if (account === undefined || uid === undefined || (wantedUid !== undefined && wantedUid !== uid)) {
      await unless(404, call('DELETE', path, { preconditions: { uid: secret.metadata.uid ?? '' } }));
      return;
    }
    if (textAt(secret, 'data', 'token') !== undefined) return;
    const subject = { namespace, name: account.metadata.name, uid };
    await call('PUT', path, filled(secret, uid, tokens.issueLegacy(subject, name)));
  }

  function filled(secret: KubernetesObject, uid: string, token: string): KubernetesObject {
    const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
    const { namespace = '', annotations } = secret.metadata;
    const data = { 'ca.crt': base64(caCertificate), namespace: base64(namespace), token: base64(token) };
    return {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...annotations, [uidAnnotation]: uid } },
      data: { ...(secret['data'] as object | undefined), ...data },
    };
  }
}

function accountOf({ metadata }: KubernetesObject): string {
  return metadata.annotations?.[accountNameAnnotation] ?? '';
}
