import { z } from 'zod';
import { defineFormat, type Parsed } from '../../model/detector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { countOf, defined, listOf, memberOf, objectOf, stringOf } from '../guards.ts';
import { isoFromText } from '../times.ts';
import { identityOf, readObjects, readState } from './kubernetes-objects.ts';
import { kubernetesId, kubernetesResource } from './kubernetes-resource.ts';

/**
 * Reads Argo CD Applications, as custom resources or from `/api/v1/stream/applications`:
 * https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
 */
export const argocdApplication = defineFormat({
  type: 'argocd-application',
  title: 'Argo CD Applications',
  description:
    'Drift and self-heal of Applications. `OutOfSync`: one signal for each object that differs (or the Application where ' +
    'none is listed), resolved once it is Synced (by watch events that carry `previous`). `SelfHeal` or `SelfHealFailed`: ' +
    'an automated sync with autoHealAttemptsCount, one signal for each operation, with the objects that it put back and ' +
    'the actor argocd-application-controller; it changes things, so under `audit:` it tells the reconciler who healed. ' +
    'Both states last seconds: watch, do not poll.',
  params: z.strictObject({}),
  example: {},
  recurrence: 'none',
  yields: 'signals',
  statesSeverity: () => false,
  *read({ value }) {
    yield* readObjects(value, function* (seen) {
      const { object, gone } = seen;
      if (objectOf(object['status']) === undefined && object['kind'] !== 'Application')
        yield { kind: 'malformed', reason: 'an Application without status', record: object };
      else {
        yield* readState(seen, readDrift);
        if (!gone) yield* readHeal(object);
      }
    });
  },
});

/** Unknown means that the comparison failed, which is no drift. */
function readDrift(application: JsonObject): readonly Parsed[] {
  const sync = stringOf(memberOf(application, 'status', 'sync', 'status'));
  if (sync !== 'OutOfSync')
    return [{ kind: 'ignored', reason: `the application is ${sync ?? 'not compared yet'}`, record: application }];
  const listed = (listOf(memberOf(application, 'status', 'resources')) ?? []).filter(
    (one) => memberOf(one, 'status') === 'OutOfSync',
  );
  const own = { kind: 'Application', ...placeOf(application) };
  const drifted = listed.length === 0 ? [own] : listed.map((one) => refOf(one));
  const updatedAt = isoFromText(memberOf(application, 'status', 'reconciledAt'));
  return drifted.map((ref): Parsed => {
    const resource = kubernetesResource(ref);
    const id = `${identityOf(application)}/OutOfSync/${resource?.id ?? ''}`;
    const about = kubernetesId(own);
    return {
      kind: 'signal',
      record: { application: own.name ?? null, drifted: resource?.id ?? null },
      signal: {
        ...blank(),
        id,
        dedupeKey: id,
        rule: 'OutOfSync',
        readOnly: true,
        ...(updatedAt !== undefined && { updatedAt }),
        ...(resource !== undefined && { resource }),
        ...(about !== undefined && about !== resource?.id && { resources: [about] }),
      },
    };
  });
}

/**
 * A heal is a partial sync that nobody asked for. It never enters `status.history`, and the next operation overwrites it:
 * https://github.com/argoproj/argo-cd/blob/master/controller/appcontroller.go (autoSync)
 */
function* readHeal(application: JsonObject): Iterable<Parsed> {
  const state = memberOf(application, 'status', 'operationState');
  const sync = memberOf(state, 'operation', 'sync');
  const attempts = countOf(memberOf(sync, 'autoHealAttemptsCount')) ?? 0;
  if (memberOf(state, 'operation', 'initiatedBy', 'automated') !== true || attempts === 0) return;
  const eventTime = isoFromText(memberOf(state, 'startedAt'));
  // Objects are put back anywhere between start and end.
  const finished = isoFromText(memberOf(state, 'finishedAt'));
  const phase = stringOf(memberOf(state, 'phase')) ?? '';
  const failed = phase === 'Failed' || phase === 'Error';
  const [first, ...rest] = (listOf(memberOf(sync, 'resources')) ?? []).map((one) => healedRef(application, one));
  const resource = kubernetesResource(first ?? { kind: 'Application', ...placeOf(application) });
  const others = rest.map((ref) => kubernetesId(ref)).filter((text) => text !== undefined);
  // What runs may fail yet: only its end tells that it changed something.
  const isDone = failed || phase === 'Succeeded';
  const rule = failed ? 'SelfHealFailed' : 'SelfHeal';
  const id = `${identityOf(application)}/${rule}/${eventTime ?? ''}/${attempts}${isDone ? '' : '/running'}`;
  yield {
    kind: 'signal',
    record: state ?? null,
    signal: {
      ...blank(),
      id,
      dedupeKey: id,
      rule,
      action: 'self-heal',
      actor: { type: 'controller', name: 'argocd-application-controller' },
      ...defined({ eventTime, lastSeen: finished, alertTime: finished, resource }),
      ...(others.length > 0 && { resources: others }),
      ...(failed && { errorCode: phase }),
      ...(!isDone && { readOnly: true }),
    },
  };
}

function blank() {
  return {
    format: 'argocd-application',
    severity: null,
    rawSeverity: '',
    status: 'open' as const,
    sample: false,
    techniques: [],
  };
}

interface Ref {
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

function refOf(value: Json | undefined) {
  const part = (key: string) => stringOf(memberOf(value, key));
  return { kind: part('kind'), namespace: part('namespace'), name: part('name') };
}

function placeOf(application: JsonObject) {
  const { namespace, name } = refOf(application['metadata']);
  return { namespace, name };
}

/** The operation names no namespace where the object lies in that of the destination; the list of resources tells it. */
function healedRef(application: JsonObject, value: Json): Ref {
  const ref = refOf(value);
  if (ref.namespace !== undefined) return ref;
  const listed = (listOf(memberOf(application, 'status', 'resources')) ?? [])
    .map((one) => refOf(one))
    .find((one) => one.kind === ref.kind && one.name === ref.name);
  return listed ?? { ...ref, namespace: stringOf(memberOf(application, 'spec', 'destination', 'namespace')) };
}
