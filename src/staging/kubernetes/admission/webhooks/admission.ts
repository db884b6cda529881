import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../../../model/json.ts';
import { userInfo } from '../../access/user.ts';
import { namespaces, validatingWebhooks } from '../../objects/built-in.ts';
import { at, listAt, numberAt, objectAt, textAt, textMapAt, textsAt } from '../../objects/json.ts';
import { apiVersionOf, keyOf } from '../../objects/resources.ts';
import { badRequest, internalError, notServed, StatusError } from '../../objects/status.ts';
import type { Store } from '../../storage/store.ts';
import type { Admission, Change } from '../admission.ts';
import { callWebhook, WebhookFailure } from './call.ts';
import { webhookMatches } from './matching.ts';

/**
 * Asks every validating webhook that matches, all at once; the first refusal in order is the answer.
 * Words as in https://github.com/kubernetes/apiserver/tree/master/pkg/admission/plugin/webhook
 */
export function validatingAdmission(store: Store): Admission {
  return async (change) => {
    if (change.resource.group === validatingWebhooks.group || change.resource.review) return;
    const namespace = store.get(keyOf(namespaces), undefined, change.namespace ?? '');
    const webhooks = store
      .list(keyOf(validatingWebhooks))
      .flatMap((configuration) => listAt(configuration, 'webhooks'))
      .filter((webhook) => webhookMatches(webhook, change, namespace));
    const outcomes = await Promise.allSettled(webhooks.map((webhook, index) => ask(webhook, index, change)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
}

async function ask(webhook: Json, index: number, change: Change): Promise<void> {
  const name = textAt(webhook, 'name') ?? '';
  if (change.subresource !== '' && change.subresource !== 'status') {
    throw notServed(`Webhook '${name}' is to be asked about the subresource '${change.subresource}'.`);
  }
  const sideEffects = textAt(webhook, 'sideEffects');
  if (change.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook "${name}" does not support dry run`);
  }
  const uid = randomUUID();
  let response: Json;
  try {
    response = await callWebhook(webhook, review(uid, change));
    if (textAt(response, 'uid') !== uid) throw new WebhookFailure(`expected response.uid="${uid}"`);
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    if (textAt(webhook, 'failurePolicy') !== 'Ignore') {
      throw internalError(`failed calling webhook "${name}": ${error.message}`);
    }
    change.notes.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, name);
    return;
  }
  for (const warning of textsAt(response, 'warnings')) change.notes.warn(warning);
  for (const [key, value] of Object.entries(textMapAt(response, 'auditAnnotations'))) {
    change.notes.annotate(`${name}/${key}`, value);
  }
  if (at(response, 'allowed') !== true) throw refusal(name, objectAt(response, 'status'));
}

/** A status below 400 becomes 400; without message the reason speaks, or nobody does. */
function refusal(name: string, status: JsonObject): StatusError {
  const code = Math.max(numberAt(status, 'code') ?? 0, 400);
  const [message = '', reason = ''] = [textAt(status, 'message'), textAt(status, 'reason')];
  const why = message || reason;
  const text = `admission webhook "${name}" denied the request${why === '' ? ' without explanation' : `: ${why}`}`;
  return new StatusError(code, reason, text);
}

function review(uid: string, change: Change): JsonObject {
  const { resource, subresource, operation, namespace, name, object, previous, dryRun, user } = change;
  const kind = { group: resource.group, version: resource.version, kind: resource.kind };
  const named = { group: resource.group, version: resource.version, resource: resource.plural };
  const sub = subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource: named,
      ...sub,
      requestKind: kind,
      requestResource: named,
      ...(name !== '' && { name }),
      ...(namespace !== undefined && { namespace }),
      operation,
      userInfo: userInfo(user),
      object: object === undefined ? null : { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind },
      oldObject: previous ?? null,
      dryRun,
      options: { kind: optionsKinds[operation], apiVersion: 'meta.k8s.io/v1', ...(dryRun && { dryRun: ['All'] }) },
    },
  };
}

const optionsKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;
